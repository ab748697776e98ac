# SPDX-License-Identifier: Apache-2.0

# watertight_add_daemon_test(NAME name COMMAND program|target [argument…]
#   [SCENARIO file.toml]
#   [READY spec] [READY_TIMEOUT duration] [PID_FILE path] [WINDOW profile|duration]
#   [ENV NAME=VALUE…] [WORKING_DIRECTORY folder] [USER name] [FD_LIMIT n] [SETUP command…] [TEARDOWN command…]
#   [STRESS spec…] [SEND text…] [EXPECT regex] [MANNERS list] [KEEP_ALIVE] [OPS_PER_RUN n] [CONCURRENCY n] [RATE n]
#   [OPS n] [TIME duration] [TOLERATE resource=rate…] [POOL resource=size…] [ALPHA p]
#   [RIGOROUS] [EXTEND] [STRICT] [FAIL_FAST] [QUICK|THOROUGH]
#   [WRITE command] [VERIFY command]
#   [ONLY glob…] [SKIP glob…] [KNOWN check…] [BLAME auto|off|agent|valgrind|sanitizer]
#   [LABELS label…] [TIMEOUT seconds] [RESOURCE_LOCK name…] [REPORTS folder])
#
# Tests a daemon with ctest: one test for each group of checks that has something to check.
#   name.growth    where there is a STRESS or a SCENARIO
#   name.lock      where there is a PID_FILE or a SCENARIO
#   name.limits, name.daemon  where there is a STRESS or a SCENARIO
#   name.shutdown, name.signals, name.start, name.reload  always
# Needs no language: the daemon may be of any, the project too (`project(x LANGUAGES NONE)`).
#
# The arguments are the options of `watertight check` (see its --help) in capitals. Besides those:
#   COMMAND        The daemon's argument vector. The first word may be a target of this project. {port}, {port2}…
#                  are free loopback ports, {state} is a private folder of the run; no test needs a port of its own.
#   SCENARIO       May give the command as well; of its checks (`only`) the groups choose. SEND to RATE belong to the
#                  one STRESS; several stresses that differ in them need a scenario. For a folder of scenarios there is
#                  watertight_discover_tests().
#   ONLY, SKIP, KNOWN  begin with the name of a group: growth.fds, 'lock.*'. A group of which ONLY names nothing gets
#                  no test, where ONLY is given.
#   LABELS         Besides `watertight` and the group's name.
#   TIMEOUT        What ctest kills with SIGKILL has no report, so this must be longer than Watertight's own deadline:
#                  1 800 by default, which a TIME of ten minutes or EXTEND may exceed.
#   RESOURCE_LOCK  For what two tests must not use at a time. A port that READY or STRESS names by number, as in
#                  tcp:127.0.0.1:8080, is locked without (`port:8080`); better let {port} choose one.
#   REPORTS        name.group.html, .json and .xml (JUnit) are written there: report files to collect in CI.
#                  The variable WATERTIGHT_REPORTS, which CI sets, takes its place.
#
# The variable WATERTIGHT_LAUNCHER holds what the daemon is run under, for example valgrind with its options, where
# COMMAND is given; ci/user_project shows the use of both.
#
# Exit code 77 (all chosen checks not applicable) is "skipped". A test uses two processors. ctest prints the report of a
# test that failed with --output-on-failure.
include("${CMAKE_CURRENT_LIST_DIR}/WatertightPortLocks.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/WatertightProgram.cmake")

function(watertight_add_daemon_test)
  set(switches KEEP_ALIVE RIGOROUS EXTEND STRICT FAIL_FAST QUICK THOROUGH)
  set(settings READY READY_TIMEOUT PID_FILE WINDOW USER FD_LIMIT EXPECT MANNERS OPS_PER_RUN CONCURRENCY RATE OPS TIME
    ALPHA BLAME WRITE VERIFY)
  set(lists ENV SETUP TEARDOWN SEND TOLERATE POOL)
  cmake_parse_arguments(PARSE_ARGV 0 test "${switches}"
    "NAME;SCENARIO;WORKING_DIRECTORY;TIMEOUT;REPORTS;${settings}"
    "COMMAND;STRESS;ONLY;SKIP;KNOWN;LABELS;RESOURCE_LOCK;${lists}")
  if(test_UNPARSED_ARGUMENTS OR test_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "watertight_add_daemon_test(${test_NAME}): unknown argument or argument without a value: "
      "${test_UNPARSED_ARGUMENTS} ${test_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT test_NAME OR NOT (test_COMMAND OR test_SCENARIO))
    message(FATAL_ERROR "watertight_add_daemon_test(${test_NAME}): needs NAME, and COMMAND or SCENARIO")
  endif()
  watertight_needs_program()
  list(LENGTH test_STRESS stresses)
  foreach(one SEND EXPECT MANNERS KEEP_ALIVE OPS_PER_RUN CONCURRENCY RATE)
    if(test_${one} AND NOT stresses EQUAL 1)
      message(FATAL_ERROR "watertight_add_daemon_test(${test_NAME}): ${one} belongs to one STRESS, and there are "
        "${stresses}; a SCENARIO can hold several [[stress]]")
    endif()
  endforeach()

  set(options --name "${test_NAME}")
  foreach(stress IN LISTS test_STRESS)
    list(APPEND options --stress "${stress}")
  endforeach()
  foreach(one IN LISTS settings lists switches)
    string(TOLOWER "--${one}" option)
    string(REPLACE "_" "-" option "${option}")
    if(one IN_LIST switches AND test_${one})
      list(APPEND options ${option})
    elseif(NOT one IN_LIST switches)
      foreach(value IN LISTS test_${one})
        list(APPEND options ${option} "${value}")
      endforeach()
    endif()
  endforeach()
  if(test_WORKING_DIRECTORY)
    list(APPEND options --cwd "${test_WORKING_DIRECTORY}")
  endif()
  if(test_SCENARIO)
    get_filename_component(scenario "${test_SCENARIO}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    list(APPEND options "${scenario}")
  endif()
  set(daemon ${test_COMMAND})
  if(daemon)
    list(POP_FRONT daemon program)
    if(TARGET "${program}")
      set(program "$<TARGET_FILE:${program}>")
    endif()
    list(PREPEND daemon -- ${WATERTIGHT_LAUNCHER} "${program}")
  endif()

  set(groups shutdown signals start reload)
  if(test_STRESS OR test_SCENARIO)
    list(APPEND groups growth limits daemon)
  endif()
  if(test_PID_FILE OR test_SCENARIO)
    list(APPEND groups lock)
  endif()
  foreach(glob IN LISTS test_ONLY test_SKIP test_KNOWN)
    if(NOT glob MATCHES "^(growth|lock|shutdown|signals|start|limits|reload|daemon)\\.")
      message(FATAL_ERROR "watertight_add_daemon_test(${test_NAME}): ${glob} does not begin with growth., lock., "
        "shutdown., signals., start., limits., reload. or daemon.")
    endif()
  endforeach()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 1800)
  endif()
  if(WATERTIGHT_REPORTS)
    set(test_REPORTS "${WATERTIGHT_REPORTS}")
  endif()
  set(text "${test_READY};${test_STRESS}")
  if(scenario AND EXISTS "${scenario}")
    file(READ "${scenario}" from_file)
    string(APPEND text ";${from_file}")
  endif()
  watertight_port_locks(locks "${text}")
  list(APPEND locks ${test_RESOURCE_LOCK})

  foreach(group IN LISTS groups)
    set(chosen "")
    foreach(choice ONLY SKIP KNOWN)
      string(TOLOWER "--${choice}" option)
      set(globs ${test_${choice}})
      list(FILTER globs INCLUDE REGEX "^${group}\\.")
      if(choice STREQUAL "ONLY" AND NOT test_ONLY)
        set(globs "${group}.*")
      endif()
      set(has_${choice} ${globs})
      foreach(glob IN LISTS globs)
        list(APPEND chosen ${option} "${glob}")
      endforeach()
    endforeach()
    if(NOT has_ONLY)
      continue()
    endif()
    if(test_REPORTS)
      list(APPEND chosen --html "${test_REPORTS}/${test_NAME}.${group}.html"
        --json "${test_REPORTS}/${test_NAME}.${group}.json"
        --junit "${test_REPORTS}/${test_NAME}.${group}.xml")
    endif()
    add_test(NAME ${test_NAME}.${group}
      COMMAND watertight::cli check ${chosen} ${options} ${daemon})
    set(labels watertight ${group} ${test_LABELS})
    set_tests_properties(${test_NAME}.${group} PROPERTIES
      LABELS "${labels}"
      TIMEOUT ${test_TIMEOUT}
      SKIP_RETURN_CODE 77
      PROCESSORS 2
      RESOURCE_LOCK "${locks}")
  endforeach()
endfunction()
