package dev.syncline.log.flight;

import java.nio.file.Path;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** What all events of a log have: which one. Off until a recording asks for them; where they arise in the code says nothing. */
@Category("Syncline")
@Enabled(false)
@StackTrace(false)
abstract class SynclineEvent extends Event {
  @Label("Log")
  @Description("The log's directory")
  String log;

  /** Completes the event, of which a recording takes what it wants. */
  final void commitOf(Path directory) {
    if (!shouldCommit()) return;
    log = directory.toString();
    commit();
  }
}
