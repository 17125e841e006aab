package dev.syncline.lab;

import dev.syncline.tck.LimitContracts;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Of the whole kit the themes that are not of {@link LimitContracts}, which have a class of their own for each storage: two classes of half
 * the length run in two JVMs at once.
 */
final class WithoutFurtherThemes implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    boolean further = context.getTestClass().map(Class::getEnclosingClass).filter(LimitContracts.class::equals).isPresent();
    return further ? ConditionEvaluationResult.disabled("is in the storage's …LimitsTest") : ConditionEvaluationResult.enabled("is here");
  }
}
