# Makes pkg-config and the dynamic linker find the installation in ${WORK_DIR}/prefix. Sets `pc_folder` and
# `lib_folder`.
macro(use_installed_pkg_config_files)
  file(GLOB pc_folder ${WORK_DIR}/prefix/lib*/pkgconfig ${WORK_DIR}/prefix/lib/*/pkgconfig)
  cmake_path(GET pc_folder PARENT_PATH lib_folder)
  set(ENV{PKG_CONFIG_PATH} ${pc_folder})
  set(ENV{LD_LIBRARY_PATH} ${lib_folder})
endmacro()
