package dev.syncline.patterns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the page says that its programs do, with threads and crashes. A crash is an instance that is never closed: the next one fences it
 * and finds what is in its files.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PatternsTest {
  private static final Duration PATIENCE = Duration.ofMillis(1);
  private static final int KEYS = 200;

  @TempDir Path temporary;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  private void together(int count, Callable<Void> work) throws Exception {
    List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) running.add(threads.submit(work));
    for (Future<Void> one : running) one.get();
  }

  // The map.

  @Test
  void aMapThatManyThreadsWriteIsTheSameAfterACrash() throws Exception {
    DurableMap map = new DurableMap(temporary.resolve("map"));
    // Each key gets its last values at the same time, in one write or two: who returns first says nothing about who is last.
    for (int i = 0; i < KEYS; i++) {
      String key = "key " + i;
      AtomicInteger numbers = new AtomicInteger();
      together(8, () -> {
        int number = numbers.incrementAndGet();
        if (number == 8) map.remove(key);
        else map.put(key, "value " + number);
        return null;
      });
    }
    Map<String, String> before = contents(map);
    try (DurableMap again = new DurableMap(temporary.resolve("map"))) {
      assertThat(contents(again)).isEqualTo(before);
      again.put("key 1", "the last");
      again.remove("key 2");
    }
    try (DurableMap again = new DurableMap(temporary.resolve("map"))) {
      assertThat(again.get("key 1")).isEqualTo("the last");
      assertThat(again.get("key 2")).isNull();
    }
  }

  private static Map<String, String> contents(DurableMap map) {
    Map<String, String> contents = new HashMap<>();
    for (int i = 0; i < KEYS; i++) contents.put("key " + i, map.get("key " + i));
    return contents;
  }

  // The queue.

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(WorkQueue.Job job) {
    return new String(job.payload(), StandardCharsets.UTF_8);
  }

  @Test
  void aJobThatWasNotAcknowledgedIsDeliveredAgainAfterACrash() throws Exception {
    Path directory = temporary.resolve("queue");
    WorkQueue queue = new WorkQueue(directory);
    for (String job : List.of("one", "two", "three")) queue.offer(bytes(job));
    WorkQueue.Job one = queue.take();
    WorkQueue.Job two = queue.take();
    assertThat(text(one) + " " + text(two)).isEqualTo("one two");
    queue.acknowledge(one);
    queue.acknowledge(one);
    queue.offer(bytes("four")); // Durable, and with it what lies before: the acknowledgement.
    WorkQueue again = new WorkQueue(directory);
    again.forgetAcknowledged();
    for (String job : List.of("two", "three", "four")) {
      WorkQueue.Job next = again.take();
      assertThat(text(next)).isEqualTo(job);
      again.acknowledge(next);
    }
    again.forgetAcknowledged();
    again.close();
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      assertThat(log.replay().hasNext()).as("everything was acknowledged and forgotten").isFalse();
    }
  }

  @Test
  void noJobIsLostBesideProducersConsumersAndForgetting() throws Exception {
    Path directory = temporary.resolve("queue");
    WorkQueue queue = new WorkQueue(directory);
    Set<String> offered = new ConcurrentSkipListSet<>();
    Set<String> done = new ConcurrentSkipListSet<>();
    AtomicInteger numbers = new AtomicInteger();
    together(6, () -> {
      for (int i = 0; i < 50; i++) {
        String job = "job " + numbers.incrementAndGet();
        queue.offer(bytes(job));
        offered.add(job);
        WorkQueue.Job next = queue.take();
        if (i % 5 > 0) {
          done.add(text(next));
          queue.acknowledge(next);
        }
        queue.forgetAcknowledged();
      }
      return null;
    });
    assertThat(offered).hasSize(300);
    queue.offer(bytes("the end")); // Makes the acknowledgements before it durable.
    WorkQueue again = new WorkQueue(directory);
    Set<String> left = new TreeSet<>();
    for (String job = text(again.take()); !job.equals("the end"); job = text(again.take())) left.add(job);
    assertThat(left).as("neither acknowledged nor lost").doesNotContainAnyElementsOf(done).hasSize(300 - done.size());
    left.addAll(done);
    assertThat(left).isEqualTo(offered);
    again.close();
  }

  // The outbox.

  @Test
  void everyMessageIsSentInOrderAndTheOneThatFailedIsSentAgain() throws Exception {
    Path directory = temporary.resolve("outbox");
    List<String> sent = new ArrayList<>();
    Outbox outbox = new Outbox(directory);
    for (int i = 1; i <= 4; i++) outbox.change("order", "state " + i, "message " + i);
    assertThatThrownBy(() -> outbox.relay((id, message) -> {
      sent.add(message);
      if (sent.size() == 3) throw new IOException("the receiver is gone");
    }, PATIENCE)).hasMessage("the receiver is gone");
    try (Outbox again = new Outbox(directory)) {
      again.change("order", "state 5", "message 5");
      again.relay((id, message) -> sent.add(message), PATIENCE);
      again.relay((id, message) -> sent.add(message), PATIENCE);
    }
    assertThat(sent).containsExactly("message 1", "message 2", "message 3", "message 3", "message 4", "message 5");
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      List<String> states = new ArrayList<>();
      log.replay().forEachRemaining((WalRecord record) -> states.add(record.type() + " " + new String(record.value())));
      assertThat(states).hasSize(10).contains("PUT state 5", "ENTRY message 5");
    }
  }

  // The state machine.

  @Test
  void everyTransferIsThereAfterACrashThoughTheStateWasSavedBesideThem() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("accounts"));
    Accounts accounts = new Accounts(directory);
    AtomicBoolean over = new AtomicBoolean();
    Future<Integer> saving = threads.submit(() -> {
      int saved = 0;
      for (; !over.get(); saved++) accounts.save();
      return saved;
    });
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 4; i++) assertThat(accounts.transfer("bank", "account-" + i, 100)).isTrue();
    together(6, () -> {
      for (int i = 0; i < 60; i++)
        if (accounts.transfer("account-" + i % 4, "account-" + (i + 1) % 4, 7)) done.incrementAndGet();
      return null;
    });
    over.set(true);
    assertThat(saving.get()).isPositive();
    assertThat(done.get()).isPositive();
    Map<String, Long> before = accounts.balances();
    Accounts again = new Accounts(directory);
    assertThat(again.balances()).isEqualTo(before);
    assertThat(before.values().stream().mapToLong(Long::longValue).sum()).isZero();
    assertThat(again.transfer("account-0", "account-1", 1000)).as("more than there is").isFalse();
    again.save();
    again.close();
    try (Accounts restored = new Accounts(directory)) {
      assertThat(restored.balances()).isEqualTo(before);
    }
    try (WriteAheadLog log = WriteAheadLog.open(directory.resolve("log"))) {
      assertThat(log.replay().hasNext()).as("the saved state holds every command").isFalse();
    }
  }

  @Test
  void anOlderFileThanTheLogRemembersIsRefused() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("accounts"));
    Path copy = temporary.resolve("older");
    try (Accounts accounts = new Accounts(directory)) {
      accounts.transfer("bank", "mine", 5);
      accounts.save();
      Files.copy(directory.resolve("accounts"), copy);
      accounts.transfer("bank", "mine", 5);
      accounts.save();
    }
    Files.delete(directory.resolve("accounts"));
    assertThatThrownBy(() -> new Accounts(directory)).isInstanceOf(IOException.class).hasMessageContaining("up to 0");
    Files.copy(copy, directory.resolve("accounts"));
    assertThatThrownBy(() -> new Accounts(directory)).isInstanceOf(IOException.class).hasMessageContaining("up to 1");
  }
}
