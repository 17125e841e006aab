package dev.syncline.tck;

import dev.syncline.Verification;
import java.util.List;
import java.util.function.Supplier;

/**
 * One combination of evidence, as files, and what must become of it.
 *
 * @param row the only row of the table that it belongs to
 * @param what the combination in words
 * @param files makes the files; thousands of them at once would fill the memory
 * @param readable what a cursor shows, up to the first damage if there is any
 * @param next sequence of the next append, where there can be one
 * @param loss what is lost, or null
 * @param deleted name of the file that goes, or null
 */
public record DecisionCase(
    DecisionRow row, String what, Supplier<DiskImage> files, Verification verification, List<Long> readable, long next, Loss loss,
    String deleted) {

  /**
   * A loss that must be reported.
   *
   * @param atOpen whether opening must find it, and not only the cursor that comes to it
   * @param last last sequence lost; {@code first - 1} if no record is
   */
  record Loss(String file, long first, long last, boolean atOpen) {}

  public DiskImage image() {
    return files.get();
  }

  @Override
  public String toString() {
    return row + ": " + what;
  }
}
