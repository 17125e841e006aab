package dev.syncline.log.events;

import dev.syncline.Activity;
import dev.syncline.io.IoGate;

/** Something that takes long, and how far it is, by what is read meanwhile in its directory. Any thread. */
final class Work {
  final Activity activity;
  final long totalBytes;
  private final IoGate gate;
  private final long beganBytes;

  Work(Activity activity, IoGate gate, long totalBytes) {
    this.activity = activity;
    this.gate = gate;
    this.totalBytes = totalBytes;
    this.beganBytes = gate.readBytes();
  }

  /** What is read by others meanwhile counts as well, and some may be read twice. */
  long doneBytes() {
    return Math.min(totalBytes, gate.readBytes() - beganBytes);
  }
}
