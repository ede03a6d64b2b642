// What this machine knows of registries: credentials and certificates, in the places where podman
// and Docker keep them.
#pragma once

#include <optional>
#include <string>

#include "image/credentials.hpp"
#include "spec/reference.hpp"
#include "spec/result.hpp"

namespace image {

// From `file`, or where that is empty from the first of these that has an entry:
// $REGISTRY_AUTH_FILE, $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json,
// $DOCKER_CONFIG/config.json, ~/.docker/config.json (containers-auth.json(5)).
Result<std::optional<Credentials>> read_credentials(const std::string& file,
                                                    const spec::Reference& reference);

// All *.crt of `folder`, or where that is empty of HOST[:PORT] below /etc/containers/certs.d and
// /etc/docker/certs.d (containers-certs.d(5)); as one text.
Result<std::string> read_certificates(const std::string& folder, const std::string& host);

}  // namespace image
