# SPDX-License-Identifier: Apache-2.0
#
# Completion for fish. Commands and options come from --help, ids of checks from `explain`.

function __watertight_is_first
    test (count (commandline -opc)) -eq 1
end

function __watertight_before_daemon
    not contains -- -- (commandline -opc)
end

function __watertight_commands
    watertight --help | string replace -rf '^  ([a-z][a-z-]*) +([^-].*)$' '$1\t$2' | string match -v 'watertight*'
end

function __watertight_options
    set -l words (commandline -opc)
    watertight $words[2] --help | sed -n '/^Usage:/,$p' | string match -ra -- '--[a-z][a-z-]*' | sort -u
end

function __watertight_checks
    watertight explain | string replace -rf '^ *([a-z]*\.[a-z_]*) +(.*)$' '$1\t$2'
end

function __watertight_wants_check
    set -l words (commandline -opc)
    contains -- $words[-1] --only --skip --known; or test "$words[2]" = explain
end

complete -c watertight -n __watertight_is_first -f -a '(__watertight_commands)'
complete -c watertight -n 'not __watertight_is_first; and __watertight_before_daemon' -a '(__watertight_options)'
complete -c watertight -n '__watertight_before_daemon; and __watertight_wants_check' -f -a '(__watertight_checks)'
