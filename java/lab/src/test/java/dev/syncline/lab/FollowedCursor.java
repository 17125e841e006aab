package dev.syncline.lab;

import static dev.syncline.lab.FollowedLog.require;
import static dev.syncline.lab.FollowedLog.requireIs;

import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.lab.WrittenRecord.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * A cursor that stays open while the writer goes on, a tail or one with an end. It shows record after record of one history, or says why it
 * cannot: it was overtaken by a truncation, or has shown (or was opened for) what a cut of the tail has taken.
 */
final class FollowedCursor implements AutoCloseable {
  /** Below as many cuts between two looks the log remembers each. */
  private static final int CUTS_REMEMBERED = 4;

  private final FollowedLog log;
  private final WrittenHistory history;
  private final Random random;
  private final WalCursor cursor;
  private final boolean tail;
  private final boolean dataOnly;

  /** The last record that a cursor with an end must come to, and the last that it may have been opened for. */
  private final long endAtLeast;

  private final long endAtMost;

  /** The oldest and the newest state of the history that the cursor's position can belong to. */
  private int mayVersion;

  private int version;
  private long position;
  private boolean ended;

  private FollowedCursor(FollowedLog log, Random random, int mayVersion, int kind, long after) throws Exception {
    this.log = log;
    this.history = log.history();
    this.random = random;
    this.mayVersion = mayVersion;
    this.version = history.version();
    this.tail = kind == 0;
    this.dataOnly = kind == 1;
    this.position = tail ? after : Math.max(after, history.front());
    this.endAtLeast = lastWanted(log.floor());
    this.cursor = open(kind, after);
    if (!tail) this.mayVersion = version;
    this.endAtMost = Math.max(after, history.current());
  }

  private long lastWanted(long shown) {
    long last = shown;
    while (dataOnly && last > history.front() && !history.at(last).type().isData()) last--;
    return last;
  }

  /** At a position that the log has shown. */
  static FollowedCursor open(FollowedLog log, Random random) throws Exception {
    int mayVersion = log.version();
    long shown = log.floor();
    long after = switch (random.nextInt(4)) {
      case 0 -> log.history().front();
      case 1 -> shown;
      case 2 -> random.nextInt((int) shown + 1);
      default -> shown - random.nextInt((int) Math.min(shown, 20) + 1);
    };
    return new FollowedCursor(log, random, mayVersion, Math.max(0, random.nextInt(4) - 1), after);
  }

  /** A tail may hear at once that it comes too late, as well as at its first look. */
  private WalCursor open(int kind, long after) throws Exception {
    try {
      return switch (kind) {
        case 0 -> log.log().tail(after);
        case 1 -> log.log().replay(after);
        default -> log.log().iterate(after);
      };
    } catch (RecordsTruncatedException e) {
      require(tail, this + " was refused with " + e);
      judge(e);
      return null;
    }
  }

  boolean ended() {
    return ended;
  }

  /** Looks for as many records, or up to where there are none now. */
  void look(int records) throws Exception {
    for (int i = 0; i < records && !ended; i++) {
      log.floor();
      Optional<Shown> shown;
      try {
        shown = take();
      } catch (RecordsTruncatedException e) {
        judge(e);
        return;
      }
      if (shown.isEmpty()) {
        judgeEnd();
        return;
      }
      judge(shown.get());
    }
  }

  /** By one of the ways that there are. */
  private Optional<Shown> take() throws IOException {
    int way = random.nextInt(3);
    if (way == 0) return cursor.next(Duration.ZERO).map(Shown::of);
    if (way == 1) return cursor.advance() ? Optional.of(Shown.under(cursor)) : Optional.empty();
    try {
      if (!cursor.hasNext()) return Optional.empty();
      WalRecord record = cursor.next();
      return Optional.of(Shown.of(record));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private boolean wasCut() {
    return position > history.sharedSince(version);
  }

  private void judge(Shown shown) throws Exception {
    require(!wasCut(), "should have said that the tail was cut behind " + history.sharedSince(version) + ", but shows " + shown);
    WrittenRecord expected = history.next(position, dataOnly);
    requireIs(expected, shown);
    position = shown.sequence();
    version = history.version();
    if (tail) mayVersion = version;
    log.reached(position);
  }

  /** No record now: there is none, or the cursor has shown all that it was opened for. */
  private void judgeEnd() throws Exception {
    cursor.requireComplete();
    require(!tail || !wasCut(), "should have said that the tail was cut behind " + history.sharedSince(version) + ", but shows nothing");
    require(!tail || position >= history.front(), "should have said that " + history.front() + " is forgotten, but shows nothing");
    long least = tail ? log.floor() : endAtLeast;
    require(position >= least, "ended at " + position + " although " + least + " was shown before");
    if (!tail) close();
    version = history.version();
    if (tail) mayVersion = version;
  }

  private void judge(RecordsTruncatedException e) throws Exception {
    if (e instanceof RecordsRewoundException rewound) judgeRewound(rewound);
    else {
      require(!tail || !wasCut(), "should have said that the tail was cut behind " + history.sharedSince(version) + ", but says " + e);
      require(position < history.front(), "nothing that it wants is forgotten, but it says " + e);
    }
    close();
  }

  private void judgeRewound(RecordsRewoundException rewound) {
    int cuts = history.version() - mayVersion;
    long shared = history.sharedSince(wasCut() ? version : mayVersion);
    require(cuts > 0, "nothing was cut, but it says " + rewound);
    require(rewound.lastShared() >= 0 && rewound.lastShared() <= shared,
        "both histories share " + shared + ", but it says " + rewound.lastShared() + ": " + rewound);
    long wanted = tail ? position : Math.max(position, endAtMost);
    require(wanted > shared || cuts >= CUTS_REMEMBERED, "nothing that it knows was cut, but it says " + rewound);
    boolean exact = cuts == 1 && version == mayVersion;
    require(!exact || rewound.lastShared() == shared, "both histories share " + shared + ", but it says only " + rewound.lastShared());
  }

  @Override
  public void close() {
    ended = true;
    if (cursor != null) cursor.close();
  }

  @Override
  public String toString() {
    String kind = tail ? "a tail" : dataOnly ? "a replay" : "an iteration";
    return kind + " at " + position + " of version " + version + (tail ? "" : ", opened for " + endAtLeast + " to " + endAtMost);
  }
}
