package dev.syncline.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a roaming writer says that it did, command by command, for those who looked meanwhile. Time is the length of what it had said: it
 * says each command before it begins it, and again when it is done.
 */
final class WriterTimeline {
  /** A command that never came. */
  static final int NEVER = Integer.MAX_VALUE;

  /**
   * One record, from the command that appended it to the cut that took it.
   *
   * @param durableSince the first command after whose beginning it can be durable
   */
  record Life(WrittenRecord record, int born, int durableSince, int died) {}

  /** What was said when a look began and when it was over. */
  record Window(long before, long after) {}

  private record Moment(WriterCommand command, long begunAt, long doneAt, long front, long mayBeDurable) {}

  private final WrittenHistory history = new WrittenHistory();
  private final List<Moment> moments = new ArrayList<>();
  private final Map<Long, List<Life>> lives = new HashMap<>();

  /** Those of the present history, by sequence - 1. */
  private final List<Life> living = new ArrayList<>();

  WriterTimeline(List<String> said) {
    long offset = 0;
    for (int i = 0; i + 1 < said.size(); i += 2) {
      long begunAt = offset + said.get(i).length() + 1;
      long doneAt = begunAt + said.get(i + 1).length() + 1;
      offset = doneAt;
      WriterCommand command = WriterCommand.parse(said.get(i));
      history.begin(command);
      history.done(WriterCommand.Answer.parse(said.get(i + 1)));
      moments.add(new Moment(command, begunAt, doneAt, history.front(), history.mayBeDurable()));
      live(moments.size() - 1);
    }
    living.forEach(this::bury);
  }

  private void live(int at) {
    while (living.size() > history.current()) {
      Life life = living.remove(living.size() - 1);
      // A cut may first write what it then takes.
      bury(new Life(life.record, life.born, Math.min(life.durableSince, at), at));
    }
    for (long sequence = living.size() + 1; sequence <= history.current(); sequence++)
      living.add(new Life(history.at(sequence), at, NEVER, NEVER));
    for (int i = living.size() - 1; i >= 0 && living.get(i).durableSince == NEVER; i--) {
      Life life = living.get(i);
      // It may have become so just before that command began.
      if (i < moments.get(at).mayBeDurable) living.set(i, new Life(life.record, life.born, Math.max(life.born, at - 1), NEVER));
    }
  }

  private void bury(Life life) {
    lives.computeIfAbsent(life.record.sequence(), sequence -> new ArrayList<>()).add(life);
  }

  /** How it all ended. */
  WrittenHistory history() {
    return history;
  }

  /** Commands that were done by then. */
  int doneBefore(Window window) {
    return count(window.before, true);
  }

  /** Commands that may have begun when the look was over. */
  int begunIn(Window window) {
    return count(window.after, false);
  }

  private int count(long said, boolean done) {
    int low = 0;
    int high = moments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      Moment moment = moments.get(middle);
      if ((done ? moment.doneAt : moment.begunAt) <= said) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The front after so many commands. */
  long front(int commands) {
    return commands == 0 ? 0 : moments.get(commands - 1).front;
  }

  /** The sequences behind which the tail was cut by the commands {@code from} to {@code to - 1}. */
  List<Long> cuts(int from, int to) {
    List<Long> cuts = new ArrayList<>();
    for (int i = from; i < to; i++)
      if (moments.get(i).command.kind() == WriterCommand.Kind.CUT) cuts.add(moments.get(i).command.argument());
    return cuts;
  }

  /** The lowest of them, or {@link Long#MAX_VALUE}. */
  long lowestCut(int from, int to) {
    return cuts(from, to).stream().mapToLong(cut -> cut).min().orElse(Long.MAX_VALUE);
  }

  /** The lives with this sequence that a look may show. */
  List<Life> visible(long sequence, Window window) {
    int done = doneBefore(window);
    int begun = begunIn(window);
    return lives.getOrDefault(sequence, List.of()).stream().filter(life -> life.durableSince < begun && life.died >= done).toList();
  }

  /** What was done about the time of a look. */
  String about(Window window) {
    StringBuilder about = new StringBuilder();
    int done = doneBefore(window);
    int begun = begunIn(window);
    for (int i = Math.max(0, done - 12); i < Math.min(moments.size(), begun + 2); i++) {
      Moment moment = moments.get(i);
      about.append('\n').append(i < done ? "done   " : i < begun ? "doing  " : "to do  ").append(moment.command.line())
          .append("  -> front ").append(moment.front).append(", durable ").append(moment.mayBeDurable);
    }
    return about.toString();
  }
}
