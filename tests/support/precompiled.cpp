// The precompiled headers of tests/CMakeLists.txt belong to this file.
