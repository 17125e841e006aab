package dev.syncline.replicated;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which package may know which, as bytecode shows it. */
class ArchitectureTest {
  private static final String REPLICATED = "dev.syncline.replicated";
  private static final String JRAFT = "dev.syncline.replicated.jraft";
  private static final String LOG_STORAGE = "dev.syncline.raft..";
  private static final String COMMANDS = "dev.syncline.cluster..";

  private static final JavaClasses MODULE =
      new ClassFileImporter().importUrl(ReplicatedLog.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void theReplicatedLogKnowsNoConsensusLibrary() {
    noClasses().that().resideInAnyPackage(REPLICATED, COMMANDS)
        .should().dependOnClassesThat().resideInAnyPackage("com.alipay..", "io.netty..", "com.google.protobuf..")
        .check(MODULE);
  }

  @Test
  void onlyWhatIsOpenedByDefaultNamesTheEngine() {
    noClasses().that(resideInAPackage(REPLICATED).and(not(belongToAnyOf(ReplicatedLog.class, ReplicatedLogClient.class))))
        .should().dependOnClassesThat().resideInAnyPackage(JRAFT, LOG_STORAGE)
        .check(MODULE);
  }

  @Test
  void jraftsLogStandsAlone() {
    noClasses().that().resideInAPackage(LOG_STORAGE).should().dependOnClassesThat().resideInAnyPackage(REPLICATED + "..", COMMANDS)
        .check(MODULE);
  }

  @Test
  void nothingDependsOnTheCommands() {
    noClasses().that().resideOutsideOfPackage(COMMANDS).should().dependOnClassesThat().resideInAPackage(COMMANDS).check(MODULE);
  }

  @Test
  void onlyTheCommandsSeeTheCommandLineLibrary() {
    noClasses().that().resideOutsideOfPackage(COMMANDS).should().dependOnClassesThat().resideInAPackage("picocli..").check(MODULE);
  }

  @Test
  void nothingReckonsWithTheWallClock() {
    noClasses().should().callMethod(System.class, "currentTimeMillis").orShould().callMethod(Instant.class, "now")
        .check(MODULE);
  }
}
