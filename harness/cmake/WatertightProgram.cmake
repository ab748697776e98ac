# SPDX-License-Identifier: Apache-2.0

# watertight_needs_program(): what the tests run is built with the project. An installed program is there already; one
# that is built from sources below the project's may be excluded from its `all`.
function(watertight_needs_program)
  get_target_property(is_installed watertight::cli IMPORTED)
  if(NOT is_installed AND NOT TARGET watertight_for_tests)
    add_custom_target(watertight_for_tests ALL)
    add_dependencies(watertight_for_tests watertight watertight_guard watertight_agent)
  endif()
endfunction()
