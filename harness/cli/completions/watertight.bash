# SPDX-License-Identifier: Apache-2.0
#
# Completion for bash. Commands and options come from --help, ids of checks from `explain`: it knows what the
# program at hand knows.

_watertight() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} words=
  local command=${COMP_WORDS[1]} i
  for ((i = 1; i < COMP_CWORD; i++)); do  # What follows -- is the daemon's.
    if [[ ${COMP_WORDS[i]} == -- ]]; then
      COMPREPLY=($(compgen -A file -- "$word"))
      return
    fi
  done
  if ((COMP_CWORD == 1)); then
    words=$("$program" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | grep -vx watertight)' --help --version'
  elif [[ $before == --@(only|skip|known) || $command == explain ]]; then
    words=$("$program" explain | sed -n 's/^ *\([a-z]*\.[a-z_]*\) .*/\1/p')
  elif [[ $before == --blame ]]; then
    words='auto off agent valgrind sanitizer'
  elif [[ $before == --color ]]; then
    words='auto always never'
  elif [[ $word == -* ]]; then
    words=$("$program" "$command" --help | sed -n '/^Usage:/,$p' | grep -oE -e '--[a-z][a-z-]*' | sort -u)
  fi
  if [[ $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -A file -- "$word"))
  fi
}
complete -o filenames -F _watertight watertight
