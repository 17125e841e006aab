package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The kit on FileChannel, through the page cache; its further themes, of which most are the engine's, are the laboratory's. */
@ExtendWith(PortableBufferedTest.WithoutFurtherThemes.class)
class PortableBufferedTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }

  static final class WithoutFurtherThemes implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      boolean further = context.getTestClass().map(Class::getEnclosingClass).filter(LimitContracts.class::equals).isPresent();
      return further
          ? ConditionEvaluationResult.disabled("is in PortableBufferedLimitsTest")
          : ConditionEvaluationResult.enabled("is here");
    }
  }
}
