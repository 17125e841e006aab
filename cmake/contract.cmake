# Runs the contract kit, or the TESTS of it, with -Dsyncline.native.path=LIBRARY.
# In a copy of the sources, so that Maven's own target directories are left alone.
file(REMOVE_RECURSE ${WORK})
file(COPY ${ROOT}/pom.xml DESTINATION ${WORK})
file(COPY ${ROOT}/java DESTINATION ${WORK} PATTERN target EXCLUDE)
# The fault tests compile a library of their own from these.
file(COPY ${ROOT}/native/src DESTINATION ${WORK}/native)
if(EXISTS ${ROOT}/.mvn)
  file(COPY ${ROOT}/.mvn DESTINATION ${WORK})
endif()
# A place of its own, as a user would lay the file.
file(COPY ${LIBRARY} DESTINATION ${WORK}/lib FOLLOW_SYMLINK_CHAIN)

execute_process(
  COMMAND ${MVN} ${MAVEN_ARGS} -B -f ${WORK}/pom.xml -pl java/lab -am test
          -Dtest=${TESTS} -Dsurefire.failIfNoSpecifiedTests=false
          -Dnative.skip -Dnative.required=true -Dsyncline.native.path=${WORK}/lib/libsyncline.so
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the contract kit failed with ${LIBRARY}; reports are in ${WORK}/java/*/target/surefire-reports")
endif()
