package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge of histories finds what it is there for. */
class HistoryTest {
  private static final Map<Long, String> RECORDS = Map.of(1L, "a", 2L, "b");
  private final History history = new History();

  private void accepted() {
    assertThatCode(() -> history.check(RECORDS)).doesNotThrowAnyException();
  }

  private void refused(String because) {
    assertThatThrownBy(() -> history.check(RECORDS)).isInstanceOf(AssertionError.class).hasMessageContaining(because);
  }

  @Test
  void overlappingAppendsMayComeInEitherOrder() {
    history.appended("b", 0, 10, 2);
    history.appended("a", 5, 12, 1);
    history.sawHighest(6, 11, 0);
    history.sawHighest(20, 21, 2);
    accepted();
  }

  @Test
  void anAppendThatBeganLaterComesLater() {
    history.appended("b", 0, 10, 2);
    history.appended("a", 11, 12, 1);
    refused("append of 1");
  }

  @Test
  void aReadThatMissesAnAcknowledgedAppendIsStale() {
    history.appended("a", 0, 10, 1);
    history.appended("b", 20, 30, 2);
    history.sawHighest(31, 32, 1);
    refused("highest is 1");
  }

  @Test
  void aReadThatDoesNotFindAnAcknowledgedRecordIsStale() {
    history.appended("a", 0, 10, 1);
    history.appended("b", 11, 15, 2);
    history.sawNone(16, 18, 2);
    refused("record 2 is not there");
  }

  @Test
  void readsDoNotGoBack() {
    history.appended("a", 0, 2, 1);
    history.lost("b", 3);
    history.sawRecord(4, 6, 2, "b");
    history.sawHighest(7, 8, 1);
    refused("highest is 1");
  }

  @Test
  void nobodySeesAnAppendBeforeItBegan() {
    history.appended("a", 0, 2, 1);
    history.sawRecord(3, 4, 2, "b");
    history.appended("b", 5, 6, 2);
    refused("append of 2");
  }

  @Test
  void aLostAppendMayHaveHappenedOrNot() {
    history.appended("a", 0, 2, 1);
    history.lost("b", 1);
    history.lost("c", 1);
    history.sawHighest(3, 4, 1);
    history.sawHighest(100, 101, 2);
    accepted();
  }

  @Test
  void anAcknowledgedRecordThatIsGoneOrMovedIsNoticed() {
    history.appended("c", 0, 2, 3);
    refused("sequence of c");
  }

  @Test
  void aRecordThatNobodyAppendedIsNoticed() {
    history.appended("a", 0, 2, 1);
    refused("nobody appended");
  }

  @Test
  void aRecordThatIsThereTwiceIsNoticed() {
    assertThatThrownBy(() -> history.check(Map.of(1L, "a", 2L, "a"))).isInstanceOf(AssertionError.class).hasMessageContaining("once");
  }
}
