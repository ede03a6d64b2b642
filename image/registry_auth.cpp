#include "image/registry_auth.hpp"

#include <libpsl.h>

#include <algorithm>

#include "fetcher/persist.hpp"
#include "spec/challenge.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace image {

namespace {

constexpr std::size_t kTokenReplyMost = std::size_t{1} << 20;  // bytes

// Token servers that do not lie in their registry's domain.
struct Belongs {
    std::string_view registry, realm;
};
constexpr Belongs kBelongs[] = {
    {"registry-1.docker.io", "auth.docker.io"},
};

struct TokenReply {
    std::string token = {};
    std::string access_token = {};  // the same by OAuth2's name
};
constexpr spec::Field kFields[] = {
    spec::field<&TokenReply::token>("token"),
    spec::field<&TokenReply::access_token>("access_token"),
};
constexpr auto kTokenReply = spec::object<TokenReply>(kFields);

bool is_below(std::string_view host, std::string_view domain)
{
    return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                              host[host.size() - domain.size() - 1] == '.');
}

// Names only, and no domain that many share, such as co.uk.
std::string_view parent_domain(std::string_view host)
{
    const auto dot = host.find('.');
    if (dot == host.npos || host.find_first_not_of("0123456789.[]:") == host.npos)
        return {};
    const auto parent = host.substr(dot + 1);
    return psl_is_public_suffix(psl_builtin(), std::string(parent).c_str()) ? std::string_view()
                                                                            : parent;
}

std::string parameter(const spec::Challenge& challenge, std::string_view name)
{
    const auto found = challenge.parameters.find(name);
    return found == challenge.parameters.end() ? "" : found->second;
}

// What a server on another host may not be: in our own network, or one that gives up TLS.
Result<> check_realm(const std::string& origin, const std::string& registry)
{
    const auto host = fetcher::host_of(origin);
    if (host == fetcher::host_of(registry))
        return registry.starts_with("https:") && !origin.starts_with("https:")
                   ? failed("its token server {} has no TLS", origin)
                   : Result<>();
    if (!origin.starts_with("https:"))
        return failed("its token server {} is another host, without TLS", origin);
    const bool number = host.find_first_not_of("0123456789.") == host.npos || host.starts_with('[');
    if (number || fetcher::is_loopback(origin))
        return failed("its token server {} is a number, and not its own", origin);
    return {};
}

Result<std::string> fetch_token(fetcher::Http& http, const spec::Challenge& challenge,
                                const Asked& asked, fetcher::Setback& setback)
{
    const std::string realm = parameter(challenge, "realm");
    const std::string origin = TRY_TO(fetcher::origin_of(realm), "its token server");
    TRY(check_realm(origin, asked.registry));
    const std::string scope = format("repository:{}:pull", asked.reference.path);
    const std::string wanted = parameter(challenge, "scope");
    std::vector<std::pair<std::string, std::string>> query;
    if (const auto service = parameter(challenge, "service"); !service.empty())
        query.emplace_back("service", service);
    query.emplace_back("scope", wanted.empty() ? scope : wanted);
    fetcher::HttpRequest request = {.url = TRY(fetcher::with_query(realm, query))};
    request.may_follow = [&](const std::string& to) { return check_realm(to, asked.registry); };
    if (asked.credentials) {
        if (!may_have_credentials(origin, asked.registry))
            return failed("its token server {} does not belong to it, and gets no credentials",
                          origin);
        request.authorization = asked.credentials->basic();
    }
    auto got = http.get_text(request, kTokenReplyMost);
    setback = {.failure = http.failure()};
    const auto reply = TRY(std::move(got));
    setback = fetcher::setback_of(http, reply.reply);
    if (reply.reply.status != 200)
        return failed("its token server {} answers {}{}", origin, reply.reply.status,
                      asked.credentials ? " to our credentials" : "");
    const auto read = TRY(spec::read_json(kTokenReply, reply.body, origin));
    const std::string& token = read.token.empty() ? read.access_token : read.token;
    const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (token.empty() || !std::ranges::all_of(token, visible))
        return failed("its token server {} gives no token", origin);
    return "Bearer " + token;
}

}  // namespace

bool may_have_credentials(std::string_view realm, std::string_view registry)
{
    const auto host = fetcher::host_of(realm);
    const auto own = fetcher::host_of(registry);
    if (realm == registry)
        return true;
    if (!realm.starts_with("https:"))
        return false;
    const auto parent = parent_domain(own);
    const auto listed = [&](const Belongs& each) {
        return own == each.registry && host == each.realm;
    };
    return is_below(host, own) || (!parent.empty() && is_below(host, parent)) ||
           std::ranges::any_of(kBelongs, listed);
}

Result<std::string> authorize(fetcher::Http& http, const fetcher::HttpReply& refusal,
                              const Asked& asked, fetcher::Setback& setback)
{
    std::vector<spec::Challenge> challenges;
    for (const auto& [name, value] : refusal.headers)
        if (name == "www-authenticate")
            std::ranges::move(spec::read_challenges(value), std::back_inserter(challenges));
    const auto find = [&](std::string_view scheme) {
        return std::ranges::find(challenges, scheme, &spec::Challenge::scheme);
    };
    if (asked.credentials && !asked.credentials->identity_token.empty())
        return failed("identity tokens are not carried out yet");
    if (const auto bearer = find("bearer"); bearer != challenges.end())
        return fetch_token(http, *bearer, asked, setback);
    if (find("basic") == challenges.end())
        return failed("it asks for no login that is known here (Bearer, Basic)");
    if (!asked.credentials) {
        auto error = failed("it asks for a login, and there is none for it");
        error.error().hint =
            "--authfile names a file with \"auths\"; credential helpers are not "
            "asked yet";
        return error;
    }
    return asked.credentials->basic();
}

}  // namespace image
