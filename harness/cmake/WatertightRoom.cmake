# SPDX-License-Identifier: Apache-2.0

# Linked PRIVATE by everything of ours. Flags of the compiler only: what links it stays uninstrumented.
add_library(watertight_warnings INTERFACE)
target_compile_options(watertight_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow $<$<BOOL:${WATERTIGHT_WERROR}>:-Werror>
  # std::string's operator+ warns by itself: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105329 and 105651
  $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow>)

# Linked PRIVATE by rooms and tests. The guard and the sample daemons do not link it, so that what is
# measured, and what has to outlive a crash of ours, runs as users will run it.
add_library(watertight_sanitizers INTERFACE)
if(WATERTIGHT_SANITIZE)
  target_compile_options(watertight_sanitizers INTERFACE
    -fsanitize=${WATERTIGHT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(watertight_sanitizers INTERFACE -fsanitize=${WATERTIGHT_SANITIZE})
endif()

# Headers of others that nearly every file includes, compiled once: half of a build's time. Each file still names
# what it uses; the dev preset, which builds without, holds it to that.
option(WATERTIGHT_PRECOMPILE "Precompile the headers of the standard library, fmt and GoogleTest" ON)
set(watertight_standard_headers
  <algorithm> <chrono> <cstdint> <filesystem> <functional> <map> <optional> <span> <sstream> <string> <string_view>
  <vector>)

# watertight_precompiled(TARGET ROLE): TARGET is compiled with the headers of its ROLE, `room` or `test`.
function(watertight_precompiled target role)
  if(NOT WATERTIGHT_PRECOMPILE)
    return()
  endif()
  if(NOT TARGET watertight_${role}_headers)
    set(libraries_room fmt::fmt)
    set(headers_room <fmt/format.h> <fmt/ranges.h>)
    set(libraries_test GTest::gmock GTest::gtest_main)
    set(headers_test <gmock/gmock.h> <gtest/gtest.h>)
    set(source ${PROJECT_BINARY_DIR}/${role}_headers.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    add_library(watertight_${role}_headers OBJECT ${source})
    target_link_libraries(watertight_${role}_headers PRIVATE
      ${libraries_${role}} watertight_warnings watertight_sanitizers)
    target_precompile_headers(watertight_${role}_headers PRIVATE ${watertight_standard_headers} ${headers_${role}})
  endif()
  target_precompile_headers(${target} REUSE_FROM watertight_${role}_headers)
endfunction()

# watertight_room(NAME SOURCES f.cc… [DEPENDS room…] [LIBRARIES target…]
#                 [UNIT_TESTS f_test.cc…] [DAEMON_TESTS f_test.cc…] [BENCHMARKS f_bench.cc…])
#
# One room of the harness: the static library watertight_NAME, its tests (NAME_test, label `unit`, no process
# started; NAME_daemon_test, label `daemon`) and its benchmarks (NAME_bench). DEPENDS are the rooms above that
# it includes; linking holds the order that ci/check_layers checks in the includes.
function(watertight_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" ""
    "SOURCES;DEPENDS;LIBRARIES;UNIT_TESTS;DAEMON_TESTS;BENCHMARKS")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "watertight_room(${name}): unknown arguments ${room_UNPARSED_ARGUMENTS}")
  endif()
  add_library(watertight_${name} STATIC ${room_SOURCES})
  target_include_directories(watertight_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/harness> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/harness/include>)
  list(TRANSFORM room_DEPENDS PREPEND watertight_)
  target_link_libraries(watertight_${name} PUBLIC ${room_DEPENDS}
    PRIVATE ${room_LIBRARIES} $<BUILD_INTERFACE:watertight_warnings> $<BUILD_INTERFACE:watertight_sanitizers>)
  if("fmt::fmt" IN_LIST room_LIBRARIES)
    watertight_precompiled(watertight_${name} room)
  endif()
  if(NOT WATERTIGHT_TESTS)
    return()
  endif()
  if(room_UNIT_TESTS)
    watertight_test(${name}_test unit ${room_UNIT_TESTS})
    target_link_libraries(${name}_test PRIVATE watertight_${name} ${room_LIBRARIES})
  endif()
  if(room_DAEMON_TESTS)
    watertight_test(${name}_daemon_test daemon ${room_DAEMON_TESTS})
    target_link_libraries(${name}_daemon_test PRIVATE watertight_${name} ${room_LIBRARIES})
  endif()
  if(room_BENCHMARKS)
    add_executable(${name}_bench ${room_BENCHMARKS})
    target_link_libraries(${name}_bench PRIVATE
      watertight_${name} ${room_LIBRARIES} watertight_warnings watertight_sanitizers
      benchmark::benchmark_main)
  endif()
endfunction()

# watertight_test(TARGET LABEL source… [RESOURCE_LOCK name]): a GoogleTest program, one ctest entry a test, those
# with the same lock one at a time, and before the others: such a chain would be the last to end.
# WATERTIGHT_TEST_LAUNCHER (the valgrind preset) runs tests that start no process.
function(watertight_test target label)
  cmake_parse_arguments(PARSE_ARGV 2 test "" "RESOURCE_LOCK" "")
  add_executable(${target} ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE
    watertight_warnings watertight_sanitizers GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    WATERTIGHT_SAMPLE_DAEMONS="${PROJECT_BINARY_DIR}/sample_daemons"
    WATERTIGHT_FIXTURES="${PROJECT_SOURCE_DIR}/fixtures"
    WATERTIGHT_BUILD="${PROJECT_BINARY_DIR}")
  watertight_precompiled(${target} test)
  if(label STREQUAL "unit")
    set_property(TARGET ${target} PROPERTY CROSSCOMPILING_EMULATOR ${WATERTIGHT_TEST_LAUNCHER})
  endif()
  set(lock "")
  if(test_RESOURCE_LOCK)
    set(lock RESOURCE_LOCK ${test_RESOURCE_LOCK} COST 60)
  endif()
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${label} TIMEOUT 300 ${lock})
endfunction()
