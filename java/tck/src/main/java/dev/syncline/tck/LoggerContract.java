package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import dev.syncline.Operation;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who takes the library's log lines is user code: what it throws goes no further. */
public abstract class LoggerContract extends LogTestBase {
  private static final Logger LINES = Logger.getLogger("dev.syncline.log");

  private final AtomicInteger lines = new AtomicInteger();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Handler throwing = new Handler() {
    @Override
    public void publish(LogRecord line) {
      lines.incrementAndGet();
      if (line.getLevel() == Level.SEVERE) errors.add(line.getMessage());
      throw new StackOverflowError("a logger's own trouble");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  private Level before;

  @BeforeEach
  void begin() {
    before = LINES.getLevel();
    LINES.setLevel(Level.ALL);
    throwing.setLevel(Level.ALL);
    LINES.addHandler(throwing);
  }

  @AfterEach
  void end() {
    LINES.removeHandler(throwing);
    LINES.setLevel(before);
  }

  @Test
  void aDamagedLogIsOpenedAndReadWhateverItsWarningMeets() throws IOException {
    Path log = givenClosedLog(20);
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(20));
    DirectoryBytes.flipByte(place.file(), place.offset());
    lines.set(0);
    WriteAheadLog damaged = open(log);
    assertThat(damaged.recovery().damage()).isNotEmpty();
    assertThat(damaged.read(19)).isPresent();
    assertThat(lines).as("lines that were taken").hasPositiveValue();
  }

  @Test
  void aWriteThatFailsIsOneLineThatSaysWhatFailedWhereAndWhatToDo() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    log.append(entryPayload(1));
    disk.on(Op.WRITE_DURABLY).forever().fail(() -> new IOException("EIO"));
    for (int i = 0; i < 3; i++)
      assertThatThrownBy(() -> log.append(entryPayload(2))).isInstanceOf(LogFailedException.class).hasMessageContaining("EIO");
    Together.await("the line has come", () -> !errors.isEmpty());
    assertThat(errors).singleElement().asString()
        .contains(directory() + ": ", "an operation on its files failed", "EIO", "close and reopen");
    assertThat(log.read(1)).isPresent();
  }

  @Test
  void aFileThatCannotBeReadWhileRoomIsMadeIsNotCalledAFailedWrite() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    log.append(entryPayload(1));
    disk.on(Op.SIZE).forever().fail(() -> new IOException("asking for the size failed: EIO"));
    assertThatThrownBy(() -> {
      for (int i = 0; i < 10_000; i++) log.append(new byte[4096]);
    }).isInstanceOf(LogFailedException.class).hasMessageContaining("asking for the size failed: EIO").hasMessageNotContaining("write");
    Together.await("the line has come", () -> !errors.isEmpty());
  }

  @Test
  void futuresCompleteWhateverTheLineOfACallbackThatThrewMeets() throws Exception {
    WriteAheadLog log = open();
    CompletableFuture<Long> last = null;
    for (int i = 1; i <= 20; i++) {
      last = log.appendAsync(Operation.entry(entryPayload(i))).durable();
      last.thenRun(() -> {
        throw new IllegalStateException("a callback's own trouble");
      });
    }
    assertThat(last.get(60, TimeUnit.SECONDS)).isEqualTo(20);
    assertThat(log.append(entryPayload(21))).isEqualTo(21);
  }
}
