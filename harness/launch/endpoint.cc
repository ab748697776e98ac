// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"

#include "scenario/parse.h"

#include <fmt/format.h>

#include <string_view>

namespace watertight::launch {
namespace {

using Family = proc::SocketFact::Family;

bool is_any_address(std::string_view address) { return address == "0.0.0.0" || address == "::"; }

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Endpoint parse_inet(Family family, const std::string& target) {
  const scenario::HostPort place = scenario::parse_host_port(target);
  Endpoint endpoint;
  endpoint.family = family;
  endpoint.host = place.host;
  endpoint.port = place.port;
  return endpoint;
}

Endpoint parse_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const bool is_encrypted = url.substr(0, scheme_end) == "https";
  std::string_view rest = scheme_end == std::string_view::npos ? url : url.substr(scheme_end + 3);
  const std::size_t path_start = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, path_start);
  authority.remove_prefix(authority.find('@') == std::string_view::npos ? 0
                                                                        : authority.find('@') + 1);
  std::string place(authority);
  const std::size_t colon = place.rfind(':');
  const bool has_port = colon != std::string::npos && place.find(']', colon) == std::string::npos;
  if (!has_port) place += is_encrypted ? ":443" : ":80";
  Endpoint endpoint = parse_inet(Family::kTcp, place);
  endpoint.is_encrypted = is_encrypted;
  const std::string_view request = rest.substr(path_start);
  endpoint.request = request.starts_with('/') ? "" : "/";
  endpoint.request += request.substr(0, request.find('#'));
  return endpoint;
}

Endpoint at_path(const std::string& path) {
  Endpoint endpoint;
  endpoint.family = Family::kUnix;
  endpoint.path = path;
  return endpoint;
}

}  // namespace

std::string Endpoint::describe() const {
  switch (family) {
    case Family::kUnix:
      return "unix " + path;
    case Family::kUdp:
      return fmt::format("udp {}:{}", host, port);
    case Family::kTcp:
      break;
  }
  return fmt::format("tcp {}:{}", host, port);
}

bool Endpoint::is_on_this_machine() const {
  return family == Family::kUnix || is_loopback(host) || is_any_address(host);
}

bool Endpoint::reaches(const proc::SocketFact& listener) const {
  if (listener.family != family) return false;
  if (family == Family::kUnix) {
    // A daemon may have bound a relative path of its own working directory.
    const bool is_relative =
        !listener.address.starts_with('/') && !listener.address.starts_with('@');
    return listener.address == path ||
           (is_relative && !listener.address.empty() && path.ends_with("/" + listener.address));
  }
  if (listener.port != port) return false;
  return is_any_address(listener.address) || is_any_address(host) || listener.address == host ||
         (host == "localhost" && is_loopback(listener.address));
}

std::optional<Endpoint> endpoint_of(const Ready& ready) {
  switch (ready.kind) {
    case Ready::Kind::kTcp:
      return parse_inet(Family::kTcp, ready.target);
    case Ready::Kind::kHttp:
      return parse_url(ready.target);
    case Ready::Kind::kUnix:
      return at_path(ready.target);
    default:
      return std::nullopt;
  }
}

std::optional<Endpoint> endpoint_of(const Stress& stress) {
  switch (stress.kind) {
    case Stress::Kind::kTcp:
      return parse_inet(Family::kTcp, stress.target);
    case Stress::Kind::kUdp:
      return parse_inet(Family::kUdp, stress.target);
    case Stress::Kind::kHttp:
      return parse_url(stress.target);
    case Stress::Kind::kUnix:
      return at_path(stress.target);
    default:
      return std::nullopt;
  }
}

std::vector<Endpoint> local_endpoints(const Scenario& scenario) {
  std::vector<Endpoint> endpoints;
  const auto add = [&](const std::optional<Endpoint>& endpoint) {
    if (endpoint && endpoint->is_on_this_machine()) endpoints.push_back(*endpoint);
  };
  add(endpoint_of(scenario.ready));
  for (const Stress& stress : scenario.stress) add(endpoint_of(stress));
  return endpoints;
}

}  // namespace watertight::launch
