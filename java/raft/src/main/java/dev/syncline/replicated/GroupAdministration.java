package dev.syncline.replicated;

import java.io.IOException;
import java.util.Map;

/**
 * What an operator does to the group, on one of its nodes. Safe for many threads. The methods that change it wait until it is done, are for
 * the leader (elsewhere {@link NotLeaderException}), and are done one at a time.
 */
public interface GroupAdministration {

  /**
   * What this node knows of itself and the group, by name: {@code address}, {@code role}, {@code incarnation}, {@code connections}, {@code
   * refusals}, {@code clientBytesFree}; since it was started {@code leaderChanges}, {@code snapshots} and the {@code snapshotMillis} that
   * they took together; {@code proposals}, commands that somebody on this node waits for; and, as far as it has them, {@code group}, {@code
   * leader}, {@code term}, {@code lastIndex}, {@code committedIndex}, {@code appliedIndex}, {@code voters}, {@code learners}, {@code
   * returning} (who has lost its directory and is to be put in again). Asks nobody.
   */
  Map<String, String> details();

  /**
   * Puts a node into the group that belongs to none; returns when it has caught up and counts. Doing it again changes nothing.
   *
   * @param learner whether it is to hold a copy only, without a vote; a learner is not made a voter, nor the other way round
   */
  void add(String address, boolean learner) throws IOException;

  /** Takes a node out of the group, whether it runs or not; returns when it does not count any more. Doing it again changes nothing. */
  void remove(String address) throws IOException;

  /** Lets another voter lead; returns when the leader has begun to hand over. */
  void transfer(String address) throws IOException;
}
