package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.tck.DecisionCase;
import dev.syncline.tck.DecisionRow;
import dev.syncline.tck.DecisionTable;
import dev.syncline.tck.ForgedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the decision table, with every combination of evidence that leads to it, on a simulated disk. */
@Tag("laboratory")
@Timeout(600)
class DecisionTableTest {
  private static final Path FORMAT = Path.of("..", "core", "FORMAT.md");
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\|.*\\| \\*\\*(keep|trim|damage|delete|fresh)\\*\\*.*");

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void everyCombinationThatLeadsToThisRowIsDecidedAsItSays(DecisionRow row) throws IOException {
    List<DecisionCase> cases = DecisionTable.cases(row);
    assertThat(cases).as("combinations that lead to %s", row).isNotEmpty();
    List<String> wrong = new ArrayList<>();
    for (DecisionCase each : cases) {
      SimulatedDisk disk = new SimulatedDisk(each.image());
      try {
        DecisionTable.judge(each, () ->
            new SimulatedStorage(disk, directory, SimulatedStorage.traits(ForgedLog.BLOCK_BYTES, false, true)));
      } catch (AssertionError e) {
        wrong.add(e.getMessage());
      }
    }
    assertThat(wrong).as("wrong of %d combinations", cases.size()).isEmpty();
  }

  @Test
  void theTableInTheDocumentHasExactlyTheRowsThatAreTested() throws IOException {
    List<String> documented = new ArrayList<>();
    for (String line : Files.readAllLines(FORMAT)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) documented.add(row.group(1) + " " + row.group(2));
    }
    List<String> tested = new ArrayList<>();
    for (DecisionRow row : DecisionRow.values()) tested.add(row + " " + row.outcome().name().toLowerCase(java.util.Locale.ROOT));
    assertThat(documented).isEqualTo(tested);
  }
}
