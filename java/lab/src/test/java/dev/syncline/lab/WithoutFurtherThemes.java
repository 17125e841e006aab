package dev.syncline.lab;

import dev.syncline.tck.LimitContracts;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Of the whole kit the themes that are not of {@link LimitContracts}, which have a class of their own for each storage: two classes of half
 * the length run in two JVMs at once.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface WithoutFurtherThemes {

  /** Found by JUnit as a service. What it leaves out is not even counted among the tests that were skipped. */
  final class Filter implements PostDiscoveryFilter {
    @Override
    public FilterResult apply(TestDescriptor test) {
      boolean further = classOf(test).filter(type -> type.getEnclosingClass() == LimitContracts.class).isPresent();
      boolean elsewhere = test.getParent().flatMap(Filter::classOf)
          .filter(type -> type.isAnnotationPresent(WithoutFurtherThemes.class)).isPresent();
      return FilterResult.includedIf(!further || !elsewhere);
    }

    private static Optional<Class<?>> classOf(TestDescriptor test) {
      return test.getSource().filter(ClassSource.class::isInstance).map(source -> ((ClassSource) source).getJavaClass());
    }
  }
}
