// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace watertight::posix {

/// Asks the kernel for a list over netlink(7): sends one request (NLM_F_DUMP) and hands the payload
/// of every answer to `each`. False where the kernel cannot or may not answer (no such family, a
/// module that is missing, seccomp); `each` may have seen a part by then. Throws HarnessError for
/// the rest.
bool dump_netlink(int protocol, std::uint16_t message_type, std::span<const std::byte> request,
                  const std::function<void(std::span<const std::byte>)>& each);

}  // namespace watertight::posix
