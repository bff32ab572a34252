// The source file of the precompiled headers in tests/CMakeLists.txt.
