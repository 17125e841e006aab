package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionTableTest {
  private SessionTable table = new SessionTable();

  private void answer(long session, long number) {
    RequestId request = new RequestId(session, number);
    if (table.known(request) == null) table.remember(request, CommandResult.done(100 + number, 100 + number));
  }

  private CommandResult known(long session, long number) {
    return table.known(new RequestId(session, number));
  }

  @Test
  void aNewRequestIsUnknownAndThenAnsweredAsBefore() {
    table.open(7);
    assertThat(known(7, 1)).isNull();
    answer(7, 1);
    assertThat(known(7, 1)).isEqualTo(CommandResult.done(101, 101));
  }

  @Test
  void aSessionThatWasNeverOpenedIsExpired() {
    assertThat(known(7, 1)).isEqualTo(CommandResult.expired());
  }

  @Test
  void withinTheWindowRequestsMayComeInAnyOrderAndBelowItTheyAreRefused() {
    table.open(7);
    answer(7, RequestId.WINDOW + 10);
    assertThat(known(7, 11)).isNull();
    assertThat(known(7, 10)).isEqualTo(CommandResult.expired());
    answer(7, 11);
    answer(7, RequestId.WINDOW + 11);
    assertThat(known(7, 11)).as("answered once, and forgotten").isEqualTo(CommandResult.expired());
    assertThat(known(7, 12)).isNull();
  }

  @Test
  void theSessionUsedLeastRecentlyIsForgotten() {
    for (int session = 1; session <= SessionTable.SESSIONS_MAX; session++) table.open(session);
    answer(1, 1);
    table.open(SessionTable.SESSIONS_MAX + 1);
    assertThat(table.size()).isEqualTo(SessionTable.SESSIONS_MAX);
    assertThat(known(1, 1)).isEqualTo(CommandResult.done(101, 101));
    assertThat(known(2, 1)).isEqualTo(CommandResult.expired());
    assertThat(known(3, 1)).isNull();
  }

  @Test
  void aTableThatWasWrittenAndReadForgetsTheSameAsTheOneThatWasNot() {
    Random random = new Random(3);
    for (int session = 1; session <= SessionTable.SESSIONS_MAX; session++) table.open(session);
    for (int i = 0; i < 5_000; i++) answer(1 + random.nextInt(SessionTable.SESSIONS_MAX), 1 + random.nextInt(400));
    SessionTable copy = SessionTable.decode(table.encode());
    for (int i = 1; i <= 500; i++) {
      table.open(10_000 + i);
      copy.open(10_000 + i);
    }
    assertThat(copy.encode()).isEqualTo(table.encode());
  }

  @Test
  void aFullTableHasABoundedSize() {
    for (int session = 1; session <= 2 * SessionTable.SESSIONS_MAX; session++) {
      table.open(session);
      for (int number = 1; number <= 2 * RequestId.WINDOW; number++) answer(session, number);
    }
    assertThat(table.encode()).hasSize(6_574_092);
  }

  @Test
  void everyChangedByteIsNoticed() {
    table.open(1);
    answer(1, 1);
    byte[] bytes = table.encode();
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 4;
      assertThatThrownBy(() -> SessionTable.decode(changed)).as("byte %d", at).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> SessionTable.decode(new byte[3])).isInstanceOf(IllegalArgumentException.class);
  }
}
