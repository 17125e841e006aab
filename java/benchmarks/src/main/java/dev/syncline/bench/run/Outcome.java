package dev.syncline.bench.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.syncline.bench.cell.Measurement;

/**
 * How one run of a cell ended: exactly one of the fields is set.
 *
 * @param skipped why the contender does not work here, or does not take part
 * @param failed what went wrong
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Outcome(Measurement measurement, String skipped, String failed) {
  public static Outcome measured(Measurement measurement) {
    return new Outcome(measurement, null, null);
  }

  public static Outcome skipped(String reason) {
    return new Outcome(null, reason, null);
  }

  public static Outcome failed(String reason) {
    return new Outcome(null, null, reason);
  }
}
