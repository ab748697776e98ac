# SPDX-License-Identifier: Apache-2.0

# What `cmake --install` puts where: the program with its companions, and the package that find_package(watertight) and
# pkg-config find. The headers and libraries of the GoogleTest door are a component of their own, because
# scripts/watertight does not build them: `cmake --install BUILD --component libraries`.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/watertight)
set(WATERTIGHT_PACKAGES fmt nlohmann_json tomlplusplus CURL Boost pugixml Threads)  # What the libraries link.

set_target_properties(watertight PROPERTIES EXPORT_NAME cli)
add_executable(watertight::cli ALIAS watertight)
install(TARGETS watertight EXPORT watertight_cli)
install(EXPORT watertight_cli NAMESPACE watertight:: FILE watertight-cli-targets.cmake DESTINATION ${package})

if(TARGET watertight_gtest)
  set_target_properties(watertight_run PROPERTIES EXPORT_NAME watertight)
  set_target_properties(watertight_gtest PROPERTIES EXPORT_NAME gtest)
  set(libraries watertight_gtest)
  foreach(room ${rooms})
    cmake_path(GET room FILENAME room)
    if(TARGET watertight_${room} AND NOT room MATCHES "^(cli|agent)$")
      list(APPEND libraries watertight_${room})
    endif()
  endforeach()
  install(TARGETS ${libraries} EXPORT watertight_libraries
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/watertight COMPONENT libraries EXCLUDE_FROM_ALL
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT watertight_libraries NAMESPACE watertight:: FILE watertight-library-targets.cmake
    DESTINATION ${package} COMPONENT libraries EXCLUDE_FROM_ALL)
  install(DIRECTORY harness/include/watertight fixtures/watertight
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libraries EXCLUDE_FROM_ALL FILES_MATCHING PATTERN "*.h")
endif()

configure_package_config_file(harness/cmake/watertight-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/watertight-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/watertight-config-version.cmake
  COMPATIBILITY SameMajorVersion)
configure_file(harness/cmake/watertight.pc.in ${PROJECT_BINARY_DIR}/package/watertight.pc @ONLY)
install(FILES
  ${PROJECT_BINARY_DIR}/package/watertight-config.cmake
  ${PROJECT_BINARY_DIR}/package/watertight-config-version.cmake
  harness/cmake/WatertightAddDaemonTest.cmake
  harness/cmake/WatertightDiscoverTests.cmake
  harness/cmake/WatertightPortLocks.cmake
  harness/cmake/WatertightProgram.cmake
  harness/cmake/WatertightScenarioTests.cmake
  DESTINATION ${package})
install(FILES ${PROJECT_BINARY_DIR}/package/watertight.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
