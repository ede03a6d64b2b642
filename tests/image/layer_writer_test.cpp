// What is verified before a layer may be believed, and what is told of one that may not.

#include <sys/wait.h>

#include "tests/image/compress.hpp"
#include "tests/image/layer_helpers.hpp"

using test::Layer;
using test::Tar;

static const std::string kTar = Tar().folder(".").file("f", test::long_text(3'000'000)).bytes();

Test(layer_writer, takes_a_layer_however_it_comes)
{
    const std::string blobs[] = {
        kTar, test::gzip(kTar), test::zstd(kTar),
        test::gzip(kTar.substr(0, 100'000)) + test::gzip(kTar.substr(100'000)),
        test::gzip(kTar) + std::string(512, '\0')};
    for (const auto& blob : blobs)
        for (const std::size_t piece : {1000, 16384, 1 << 20}) {
            const Layer layer(blob, test::job_of(blob, kTar), piece);
            cr_assert(layer.ok());
            cr_expect_eq(layer.status("f").st_size, 3'000'000);
            cr_expect_eq(layer.done->tar_bytes, kTar.size());
            cr_expect(layer.done->notices.empty());
        }
}

Test(layer_writer, a_media_type_that_lies_is_a_notice)
{
    const std::string blob = test::gzip(kTar);
    auto job = test::job_of(blob, kTar);
    job.media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    cr_expect(Layer(blob, job).done->notices.empty());
    job.media_type = "application/vnd.oci.image.layer.v1.tar";
    const Layer layer(blob, job);
    cr_assert(layer.ok());
    cr_assert(layer.done->notices.size() == 1);
    cr_expect(layer.done->notices[0] == "its compression is gzip, and its media type says none");
}

Test(layer_writer, sizes_and_digests_have_to_fit)
{
    const std::string blob = test::gzip(kTar);
    const auto right = test::job_of(blob, kTar);
    auto job = right;
    job.size -= 1;
    cr_expect(Layer(blob, job).fails_with("it is longer than"));
    job.size += 2;
    cr_expect(Layer(blob, job).fails_with("bytes, and should have"));
    job = right;
    job.blob = test::digest_of("other");
    cr_expect(Layer(blob, job).fails_with("its digest is sha256:"));
    job = right;
    job.diff_id = test::digest_of("other");
    cr_expect(Layer(blob, job).fails_with("its diff_id is"));
    job = right;
    job.size = 0;
    cr_expect(Layer(blob, job).fails_with("longer than the 0 bytes"));
    const std::string cut = blob.substr(0, blob.size() - 3);
    cr_expect(Layer(cut, test::job_of(cut, kTar)).fails_with("gzip: it ends too early"));
    const std::string junk = blob + "junk";
    cr_expect(Layer(junk, test::job_of(junk, kTar)).fails_with("follows its end"));
}

Test(layer_writer, both_streams_are_read_to_their_end)
{
    // What follows the end of the archive belongs to the diff_id, too.
    const std::string tar = kTar + test::long_text(2'500'000);
    const Layer layer(tar, tar);
    cr_assert(layer.ok());
    cr_expect_eq(layer.done->entries, 2);
}

Test(layer_writer, a_bomb_is_refused)
{
    const std::string tar = Tar().file("f", std::string(40'000'000, '\0')).bytes();
    const std::string blob = test::gzip(tar);
    auto job = test::job_of(blob, tar);
    cr_expect(Layer(blob, job).ok(), "small ones do no harm");
    job.limits.bytes_any = 1'000'000;
    job.limits.ratio = 10;
    cr_assert_lt(blob.size() * job.limits.ratio, tar.size());
    cr_expect(Layer(blob, job).fails_with("no honest layer"));
}

Test(layer_writer, what_is_no_tar_is_refused)
{
    const std::string text = test::long_text(3'000'000);
    cr_expect(Layer(text, text).fails_with("rchive"));
    const std::string tar = kTar.substr(0, 1'000'000);
    cr_expect(Layer(tar, tar).fails_with("runcated"));
    std::string damaged = Tar().file("a").file("b").bytes();
    damaged[1024] = 'x';
    cr_expect(Layer(damaged, damaged).fails_with("entry 2: "));
}

Test(layer_writer, ends_the_child_when_it_is_dropped)
{
    ::signal(SIGPIPE, SIG_IGN);
    char path[] = "/tmp/davit-layer.XXXXXX";
    cr_assert(::mkdtemp(path));
    const auto folder = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    {
        auto writer = image::LayerWriter::begin(test::job_of(kTar, kTar), *folder);
        cr_assert(writer && writer->feed(test::bytes_of(kTar).first(1'000'000)));
    }
    cr_expect_lt(::waitpid(-1, nullptr, WNOHANG), 0);
    cr_expect_eq(errno, ECHILD);
}

Test(layer_writer, has_failed_for_good)
{
    ::signal(SIGPIPE, SIG_IGN);
    char path[] = "/tmp/davit-layer.XXXXXX";
    cr_assert(::mkdtemp(path));
    const auto folder = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    auto writer = image::LayerWriter::begin(test::job_of("abc", "abc"), *folder);
    cr_assert(writer && !writer->feed(test::bytes_of("abcd")));
    cr_expect(!writer->feed(test::bytes_of("abc")));
    cr_expect(!writer->finish());
}
