# SPDX-License-Identifier: Apache-2.0

# watertight_port_locks(VARIABLE text…): the ports that specs of readiness and stress name by number, as names of ctest
# locks: tcp:127.0.0.1:8080 gives `port:8080`. Two tests that use one port then wait for each other; {port} needs no lock.
# For a scenario file, give its text; what it gets from others is known to `watertight check --list` only.
function(watertight_port_locks variable)
  set(locks "")
  string(REGEX MATCHALL "(tcp|udp|http|https):[^ \t\n\"'{}]*:[0-9]+" specs "${ARGN}")
  foreach(spec IN LISTS specs)
    string(REGEX REPLACE ".*:" "port:" lock "${spec}")
    list(APPEND locks ${lock})
  endforeach()
  list(REMOVE_DUPLICATES locks)
  set(${variable} ${locks} PARENT_SCOPE)
endfunction()
