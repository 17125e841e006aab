/**
 * The log. {@link dev.syncline} is for whoever uses one, {@link dev.syncline.io} for whoever gives it a storage of his own; what else is
 * exported goes to the project's own modules, and may change with any of them.
 *
 * <p>JNA is optional: without module {@code com.sun.jna} a log uses portable storage and says so. Nothing here requires it at run time, so
 * a program on the module path asks for it itself, by {@code requires com.sun.jna} or {@code --add-modules com.sun.jna}.
 *
 * <p>So is the flight recorder: without module {@code jdk.jfr} a log records nothing there. {@code -XX:StartFlightRecording} brings it.
 */
// The modules that packages are exported to are built after this one.
@SuppressWarnings("module")
module dev.syncline {
  requires static com.sun.jna;
  requires static jdk.jfr;

  exports dev.syncline;
  exports dev.syncline.io;

  exports dev.syncline.format to dev.syncline.cli, dev.syncline.tck;
  exports dev.syncline.log to dev.syncline.cli, dev.syncline.raft, dev.syncline.tck;
  exports dev.syncline.log.commit to dev.syncline.cli, dev.syncline.raft, dev.syncline.tck;
  exports dev.syncline.log.options to dev.syncline.cli, dev.syncline.raft, dev.syncline.tck;
  exports dev.syncline.log.read to dev.syncline.raft, dev.syncline.tck;
  exports dev.syncline.log.segment to dev.syncline.tck;
}
