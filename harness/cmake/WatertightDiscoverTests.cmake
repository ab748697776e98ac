# SPDX-License-Identifier: Apache-2.0

# watertight_discover_tests(folder
#   [GROUPS] [PREFIX text] [OPTIONS option…] [WORKING_DIRECTORY folder]
#   [LABELS label…] [TIMEOUT seconds] [RESOURCE_LOCK name…] [REPORTS folder])
#
# A test for each scenario file (*.toml) of a folder, named for the file. ctest looks into the folder each time that it
# runs: a new scenario is a new test, and nothing has to be configured or built again. Needs no language.
#   GROUPS             One test for each group of checks: file.growth, file.shutdown, … as far as
#                      `watertight check --list` finds something to check, in the scenario and in what it extends.
#                      One that chooses its checks itself (`only`) stays one test.
#   PREFIX             Before the names of the tests: `leaks.` makes leaks.file.
#   OPTIONS            For each test, as `watertight check` takes them: --quick, --time 20s.
#   WORKING_DIRECTORY  Where the tests run, and where a `command` with a slash is looked for: `./mydaemon`. By default
#                      CMAKE_CURRENT_BINARY_DIR, where the targets of this CMakeLists.txt are.
#   LABELS, TIMEOUT, RESOURCE_LOCK, REPORTS  as in watertight_add_daemon_test().
#
# A file whose name begins with an underscore is no test, but what others extend. A folder without scenarios is a test
# that fails. A scenario that names a port by number holds a lock on it (`port:8080`), so that no other test of the same
# port runs beside it; {port} is free of that.
include("${CMAKE_CURRENT_LIST_DIR}/WatertightProgram.cmake")

function(watertight_discover_tests folder)
  cmake_parse_arguments(PARSE_ARGV 1 tests "GROUPS" "PREFIX;WORKING_DIRECTORY;TIMEOUT;REPORTS"
    "OPTIONS;LABELS;RESOURCE_LOCK")
  if(tests_UNPARSED_ARGUMENTS OR tests_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "watertight_discover_tests(${folder}): unknown argument or argument without a value: "
      "${tests_UNPARSED_ARGUMENTS} ${tests_KEYWORDS_MISSING_VALUES}")
  endif()
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(NOT IS_DIRECTORY "${folder}")
    message(FATAL_ERROR "watertight_discover_tests: there is no folder ${folder}")
  endif()
  if(NOT tests_WORKING_DIRECTORY)
    set(tests_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  if(NOT tests_TIMEOUT)
    set(tests_TIMEOUT 1800)
  endif()

  if(WATERTIGHT_REPORTS)
    set(tests_REPORTS "${WATERTIGHT_REPORTS}")
  endif()

  watertight_needs_program()

  # What ctest reads, and with it the folder, each time.
  string(SHA1 name "${folder}")
  string(SUBSTRING ${name} 0 8 name)
  set(file "${CMAKE_CURRENT_BINARY_DIR}/watertight_tests_${name}.cmake")
  set(settings "set(program [==[$<TARGET_FILE:watertight::cli>]==])\nset(cmake [==[${CMAKE_COMMAND}]==])\n")
  foreach(setting GROUPS PREFIX OPTIONS WORKING_DIRECTORY LABELS TIMEOUT RESOURCE_LOCK REPORTS)
    string(APPEND settings "set(tests_${setting} [==[${tests_${setting}}]==])\n")
  endforeach()
  file(GENERATE OUTPUT "${file}" CONTENT
    "${settings}set(folder [==[${folder}]==])\ninclude([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/WatertightScenarioTests.cmake]==])\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${file}")
endfunction()
