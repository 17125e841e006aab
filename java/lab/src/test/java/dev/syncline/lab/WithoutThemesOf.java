package dev.syncline.lab;

import dev.syncline.tck.LogTestBase;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/** Which part of the kit has a class of its own for this storage: classes of a third of the length run in as many JVMs at once. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface WithoutThemesOf {
  Class<? extends LogTestBase>[] value();

  /** Found by JUnit as a service. What it leaves out is not even counted among the tests that were skipped. */
  final class Filter implements PostDiscoveryFilter {
    /** JUnit asks for leaves only, and drops what has none left. */
    @Override
    public FilterResult apply(TestDescriptor test) {
      Optional<TestDescriptor> part = Optional.of(test);
      while (part.isPresent() && !isElsewhere(part.get())) part = part.get().getParent();
      return FilterResult.includedIf(part.isEmpty());
    }

    private static boolean isElsewhere(TestDescriptor theme) {
      Optional<Class<?>> part = classOf(theme).map(Class::getEnclosingClass);
      Optional<WithoutThemesOf> without = theme.getParent().flatMap(Filter::classOf).map(type -> type.getAnnotation(WithoutThemesOf.class));
      return part.isPresent() && without.isPresent() && List.of(without.get().value()).contains(part.get());
    }

    private static Optional<Class<?>> classOf(TestDescriptor test) {
      return test.getSource().filter(ClassSource.class::isInstance).map(source -> ((ClassSource) source).getJavaClass());
    }
  }
}
