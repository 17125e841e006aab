package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promises 17 and 18, row by row: a spread of the combinations that lead to each row of the decision table in {@code FORMAT.md}.
 *
 * <p>What a log decides does not depend on its storage: all combinations are tried on a simulated disk; here a few of each row show
 * that the storage reads, cuts and deletes what is decided.
 */
public abstract class DecisionTableContract extends LogTestBase {
  private static final int PER_ROW = 4;

  @ParameterizedTest
  @EnumSource
  void aRowOfTheDecisionTable(DecisionRow row) throws IOException {
    List<DecisionCase> cases = DecisionTable.cases(row);
    int stride = Math.max(1, cases.size() / PER_ROW);
    for (int i = 0; i < cases.size(); i += stride) {
      DecisionCase each = cases.get(i);
      Path directory = Files.createDirectories(newCopyName());
      each.image().dump(directory);
      DecisionTable.judge(each, () -> openStorage(directory));
    }
  }
}
