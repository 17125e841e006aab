package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The kit on FileChannel through the page cache; its second half, which is of the engine more than of a storage, at night only. */
@ExtendWith(PortableBufferedTest.SecondHalfAtNight.class)
class PortableBufferedTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }

  static final class SecondHalfAtNight implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      boolean second = context.getTestClass().filter(test -> test.getEnclosingClass() == LimitContracts.class).isPresent();
      if (!second || Nightly.isOn()) return ConditionEvaluationResult.enabled("first half, or night");
      return ConditionEvaluationResult.disabled("with -Pnightly; the same runs on the portable storage past the page cache");
    }
  }
}
