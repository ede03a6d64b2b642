// Tars as a test wants them, down to the bytes that no honest program writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

struct Member {
    std::string name = {};
    char type = '0';  // 0 file, 1 hard link, 2 symlink, 3 char, 4 block, 5 folder, 6 FIFO
    std::string content = {};
    unsigned int mode = 0644;
    unsigned int uid = 0;
    unsigned int gid = 0;
    std::int64_t mtime = 1000;
    std::string link = {};
    unsigned int major = 0;
    unsigned int minor = 0;
    std::vector<std::pair<std::string, std::string>> pax = {};  // keys and values
};

class Tar {
public:
    Tar& add(const Member& member)
    {
        if (!member.pax.empty()) {
            std::string records;
            for (const auto& [key, value] : member.pax)
                records += record(key, value);
            header({.name = "pax", .type = 'x'}, records.size());
            body(records);
        }
        if (member.name.size() > 99)
            long_name('L', member.name);
        if (member.link.size() > 99)
            long_name('K', member.link);
        header(member, member.content.size());
        body(member.content);
        return *this;
    }
    Tar& file(const std::string& name, const std::string& content = "x")
    {
        return add({.name = name, .content = content});
    }
    Tar& folder(const std::string& name, unsigned int mode = 0755)
    {
        return add({.name = name + "/", .type = '5', .mode = mode});
    }
    Tar& symlink(const std::string& name, const std::string& target)
    {
        return add({.name = name, .type = '2', .mode = 0777, .link = target});
    }
    Tar& hard_link(const std::string& name, const std::string& target)
    {
        return add({.name = name, .type = '1', .link = target});
    }

    std::string bytes() const { return bytes_ + std::string(1024, '\0'); }

private:
    static std::string record(const std::string& key, const std::string& value)
    {
        const std::string rest = " " + key + "=" + value + "\n";
        std::size_t size = rest.size() + 1;
        while (std::to_string(size).size() + rest.size() != size)
            ++size;
        return std::to_string(size) + rest;
    }

    static std::string octal(std::uint64_t number, std::size_t width)
    {
        std::string digits(width - 1, '0');
        for (auto at = digits.rbegin(); at != digits.rend(); ++at, number >>= 3)
            *at = static_cast<char>('0' + (number & 7));
        return digits;
    }

    void long_name(char type, const std::string& name)
    {
        header({.name = "././@LongLink", .type = type}, name.size() + 1);
        body(name + '\0');
    }

    void header(const Member& member, std::size_t size)
    {
        std::string block(512, '\0');
        const auto put = [&block](std::size_t at, std::string_view text) {
            block.replace(at, text.size(), text);
        };
        put(0, std::string_view(member.name).substr(0, 99));
        put(100, octal(member.mode, 8));
        put(108, octal(member.uid, 8));
        put(116, octal(member.gid, 8));
        put(124, octal(size, 12));
        put(136, octal(static_cast<std::uint64_t>(member.mtime), 12));
        put(148, "        ");
        block[156] = member.type;
        put(157, std::string_view(member.link).substr(0, 99));
        put(257, std::string_view("ustar\00000", 8));
        put(329, octal(member.major, 8));
        put(337, octal(member.minor, 8));
        std::uint64_t sum = 0;
        for (const unsigned char c : block)
            sum += c;
        put(148, octal(sum, 7));
        bytes_ += block;
    }

    void body(const std::string& content)
    {
        bytes_ += content;
        bytes_.resize((bytes_.size() + 511) / 512 * 512);
    }

    std::string bytes_ = {};
};

}  // namespace test
