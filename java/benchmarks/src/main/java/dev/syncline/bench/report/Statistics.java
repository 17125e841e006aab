package dev.syncline.bench.report;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * A median with the interval that covers the true one in at least 95 % of cases, whatever the distribution: the binomial interval
 * of order statistics. Below six values none covers that much, and the interval is from the least to the greatest.
 *
 * @param count of values
 * @param coverage probability that the interval covers the true median
 */
public record Statistics(double median, double low, double high, int count, double coverage) {
  private static final double TAIL = 0.025;

  /** Of at least one value. */
  public static Statistics of(double[] values) {
    if (values.length == 0) throw new IllegalArgumentException("no values: expected at least one");
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    BinomialDistribution below = new BinomialDistribution(null, n, 0.5);
    // The largest number of values cut off at each end that leaves at most 2.5 % there.
    int cut = 0;
    while (cut + 1 < (n + 1) / 2 && below.cumulativeProbability(cut) <= TAIL) cut++;
    int low = Math.max(0, cut - 1);
    double coverage = n == 1 ? 0 : 1 - 2 * below.cumulativeProbability(low);
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    return new Statistics(median, sorted[low], sorted[n - 1 - low], n, coverage);
  }

  /** The median alone. */
  public String medianText(int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", median);
  }

  /** The median and the interval, with so many decimals. */
  public String text(int decimals) {
    String format = "%,." + decimals + "f";
    if (count == 1) return medianText(decimals);
    return String.format(Locale.ROOT, format + " [" + format + "–" + format + "]", median, low, high);
  }
}
