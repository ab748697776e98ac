# SPDX-License-Identifier: Apache-2.0

# Read by ctest, through the file that watertight_discover_tests() writes: `folder`, `program` and what was asked for
# (`tests_…`) are set. Makes the tests of the scenarios that are in the folder now. What a scenario has to check the program
# itself says (`watertight check --list`): it alone knows what `extends`, `[matrix]` and `only` come to.

function(watertight_add_scenario_test name scenario locks group)
  set(chosen "")
  if(group)
    set(chosen --only "${group}.*")
  endif()
  foreach(report html json)
    if(tests_REPORTS)
      list(APPEND chosen --${report} "${tests_REPORTS}/${name}.${report}")
    endif()
  endforeach()
  if(tests_REPORTS)
    list(APPEND chosen --junit "${tests_REPORTS}/${name}.xml")
  endif()
  add_test("${name}" "${program}" check ${chosen} --name "${name}" ${tests_OPTIONS} "${scenario}")
  set(labels watertight ${group} ${tests_LABELS})
  set_tests_properties("${name}" PROPERTIES
    LABELS "${labels}"
    TIMEOUT ${tests_TIMEOUT}
    SKIP_RETURN_CODE 77
    PROCESSORS 2
    RESOURCE_LOCK "${locks}"
    WORKING_DIRECTORY "${tests_WORKING_DIRECTORY}")
endfunction()

# What the program says of a scenario; nothing where it is wrong, or not built yet: its test will tell.
function(watertight_list_scenario scenario groups locks)
  execute_process(COMMAND "${program}" check --list ${tests_OPTIONS} "${scenario}"
    WORKING_DIRECTORY "${tests_WORKING_DIRECTORY}" OUTPUT_VARIABLE list ERROR_QUIET RESULT_VARIABLE failure)
  set(found_groups "")
  set(found_locks "")
  if(failure STREQUAL "0")
    foreach(kind groups ports)
      set(${kind}_listed "")
      string(JSON count LENGTH "${list}" ${kind})
      set(index 0)
      while(index LESS count)
        string(JSON one GET "${list}" ${kind} ${index})
        list(APPEND ${kind}_listed ${one})
        math(EXPR index "${index} + 1")
      endwhile()
    endforeach()
    string(JSON is_chosen GET "${list}" only)
    if(NOT is_chosen)
      set(found_groups ${groups_listed})
    endif()
    set(found_locks ${ports_listed})
    list(TRANSFORM found_locks PREPEND "port:")
  endif()
  set(${groups} "${found_groups}" PARENT_SCOPE)
  set(${locks} "${found_locks}" PARENT_SCOPE)
endfunction()

file(GLOB scenarios "${folder}/*.toml")
list(FILTER scenarios EXCLUDE REGEX "/_[^/]*$")
foreach(scenario IN LISTS scenarios)
  get_filename_component(name "${scenario}" NAME_WE)
  set(name "${tests_PREFIX}${name}")
  watertight_list_scenario("${scenario}" groups locks)
  list(APPEND locks ${tests_RESOURCE_LOCK})
  if(NOT tests_GROUPS OR NOT groups)
    watertight_add_scenario_test("${name}" "${scenario}" "${locks}" "")
    continue()
  endif()
  foreach(group IN LISTS groups)
    watertight_add_scenario_test("${name}.${group}" "${scenario}" "${locks}" ${group})
  endforeach()
endforeach()
if(NOT scenarios)
  add_test("${tests_PREFIX}no_scenario" "${cmake}" -E cat "${folder}/*.toml")
endif()
