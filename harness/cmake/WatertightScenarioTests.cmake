# SPDX-License-Identifier: Apache-2.0

# Read by ctest, through the file that watertight_discover_tests() writes: `folder`, `program` and what was asked for
# (`tests_…`) are set. Makes the tests of the scenarios that are in the folder now.
include("${CMAKE_CURRENT_LIST_DIR}/WatertightPortLocks.cmake")

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

file(GLOB scenarios "${folder}/*.toml")
list(FILTER scenarios EXCLUDE REGEX "/_[^/]*$")
foreach(scenario IN LISTS scenarios)
  get_filename_component(name "${scenario}" NAME_WE)
  set(name "${tests_PREFIX}${name}")
  file(READ "${scenario}" text)
  watertight_port_locks(locks "${text}")
  list(APPEND locks ${tests_RESOURCE_LOCK})
  if(NOT tests_GROUPS OR text MATCHES "(^|\n)[ \t]*only[ \t]*=")
    watertight_add_scenario_test("${name}" "${scenario}" "${locks}" "")
    continue()
  endif()
  foreach(group growth limits daemon shutdown signals start reload lock)
    if(NOT group STREQUAL "lock" OR text MATCHES "(^|\n)[ \t]*pid_file[ \t]*=")
      watertight_add_scenario_test("${name}.${group}" "${scenario}" "${locks}" ${group})
    endif()
  endforeach()
endforeach()
if(NOT scenarios)
  add_test("${tests_PREFIX}no_scenario" "${cmake}" -E cat "${folder}/*.toml")
endif()
