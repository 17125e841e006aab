package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node does whose own log cannot be read while it runs. */
class GroupLogTest {
  private final List<Long> unreadable = new ArrayList<>();

  /** Entries 5 to 9, the first few reads of which find nothing. */
  private GroupLog log(int failures) {
    int[] left = {failures};
    LogStorage log = (LogStorage) Proxy.newProxyInstance(GroupLogTest.class.getClassLoader(), new Class<?>[] {LogStorage.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "getFirstLogIndex" -> 5L;
          case "getLastLogIndex" -> 9L;
          case "getEntry" -> left[0]-- > 0 ? null : new LogEntry();
          default -> throw new UnsupportedOperationException(method.getName());
        });
    return new GroupLog(log, UUID.randomUUID(), new Configuration(), trouble -> {}, unreadable::add);
  }

  @Test
  void anEntryThatIsThereAndCannotBeReadStopsTheNode() {
    assertThat(log(2).getEntry(7)).isNull();
    assertThat(unreadable).containsExactly(7L);
  }

  @Test
  void aReadThatFailsOnceDoesNot() {
    assertThat(log(1).getEntry(7)).isNotNull();
    assertThat(unreadable).isEmpty();
  }

  @Test
  void anEntryThatIsNotThereDoesNot() {
    assertThat(log(9).getEntry(4)).isNull();
    assertThat(log(9).getEntry(10)).isNull();
    assertThat(unreadable).isEmpty();
  }

  @Test
  void whatDoesNotEndIsGivenUpInTime() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(() -> Ending.of("127.0.0.1:1", never::await, 50))
        .isInstanceOf(IOException.class).hasMessageContaining("has not stopped within 50 ms").hasMessageContaining("End the process");
    never.countDown();
    Ending.of("127.0.0.1:1", () -> {}, TimeUnit.MINUTES.toMillis(1));
  }
}
