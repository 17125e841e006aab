package dev.syncline;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;

/** The layers, as bytecode shows them: arrows point down only. */
class ArchitectureTest {
  private static final String PUBLIC_FACE = "dev.syncline";
  private static final String LOG = "dev.syncline.log";
  private static final String OPTIONS = "dev.syncline.log.options";
  private static final String THREADS = "dev.syncline.log.threads";
  private static final String SEGMENT = "dev.syncline.log.segment";
  private static final String RECOVERY = "dev.syncline.log.recovery";
  private static final String READ = "dev.syncline.log.read";
  private static final String COMMIT = "dev.syncline.log.commit";
  private static final String REPAIR = "dev.syncline.log.repair";
  private static final String EVENTS = "dev.syncline.log.events";
  private static final String FLIGHT = "dev.syncline.log.flight";
  private static final String[] ENGINE = {LOG, READ, COMMIT, RECOVERY, SEGMENT, OPTIONS, REPAIR, THREADS, EVENTS, FLIGHT};
  private static final String FORMAT = "dev.syncline.format";
  private static final String IO = "dev.syncline.io";
  private static final String NIO = "dev.syncline.io.nio";
  private static final String JNA = "dev.syncline.io.jna";
  private static final String SHORTAGE = "dev.syncline.shortage";

  /** Exceptions, choices and reports: the words that every layer speaks. They depend on nothing below them. */
  private static final Class<?>[] VOCABULARY = {
    Activity.class, SynclineException.class, CorruptLogException.class, IncompatibleLogException.class, LogClosedException.class,
    LogFailedException.class, LogFencedException.class, LogLockedException.class, RecordTooLargeException.class,
    RecordsTruncatedException.class, RecordsRewoundException.class, ResourceShortageException.class, StorageFullException.class,
    CorruptionPolicy.class,
    StorageMode.class, SyncMode.class,
    Verification.class, Damage.class, RecoveryPhase.class, RecoveryReport.class, RepairPlan.class, RepairResult.class, SequenceRange.class, VerifyReport.class,
    WalObserver.class, WalStats.class
  };

  private static final JavaClasses CORE =
      new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.syncline");

  @Test
  void theFormatKnowsNoOtherLayer() {
    classes().that().resideInAPackage(FORMAT)
        .should().onlyDependOnClassesThat().resideInAnyPackage(FORMAT, "java..")
        .check(CORE);
  }

  @Test
  void theFormatDoesNoInputOrOutput() {
    noClasses().that().resideInAPackage(FORMAT)
        .should().dependOnClassesThat().resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
        .check(CORE);
  }

  @Test
  void theStorageInterfaceKnowsNeitherLogNorFormat() {
    classes().that().resideInAnyPackage(IO, NIO, JNA)
        .should().onlyDependOnClassesThat(
            resideInAnyPackage(IO, NIO, JNA, SHORTAGE).or(belongToAnyOf(VOCABULARY)).or(not(resideInAPackage("dev.syncline.."))))
        .check(CORE);
  }

  @Test
  void whatHelpsInAShortageKnowsNoOtherLayer() {
    classes().that().resideInAPackage(SHORTAGE).should().onlyDependOnClassesThat().resideInAnyPackage(SHORTAGE, "java..").check(CORE);
  }

  /** A class whose initialization meets the end of a caller's stack is lost to the process; to load one takes stack too. */
  @Test
  void whatACallNeedsIsLoadedWhenALogIsOpened() throws ReflectiveOperationException {
    Set<String> prepared = new TreeSet<>();
    for (String home : new String[] {LOG, NIO, JNA}) {
      Field classes = Class.forName(home + ".FirstUse").getDeclaredField("CLASSES");
      classes.setAccessible(true);
      prepared.addAll(List.of((String[]) classes.get(null)));
    }
    Set<String> rooms = Set.of(COMMIT, READ, SEGMENT, THREADS, EVENTS, SHORTAGE, IO);
    Set<String> needed = new TreeSet<>();
    for (JavaClass type : CORE) {
      boolean early = type.getStaticInitializer().isPresent() || rooms.contains(type.getPackageName());
      if (early && !type.getName().matches(".*\\.(FirstUse|package-info)")) needed.add(type.getName());
    }
    assertThat(prepared).isEqualTo(needed);
  }

  /** It would be linked by the first thread that comes past, with memory that there may be none of: behind a commit that is no refusal. */
  @Test
  void noCommitPassesAHandleOfAVariable() {
    noClasses().that().resideInAPackage(COMMIT).should().dependOnClassesThat().areAssignableTo(VarHandle.class).check(CORE);
  }

  /** A lock of the JDK's is kept by whoever has too little stack to give it back. */
  @Test
  void locksThatBelongToALogAreThoseThatCanBeGivenBack() {
    noClasses().that().resideOutsideOfPackage(SHORTAGE).and().doNotHaveFullyQualifiedName("dev.syncline.io.JvmLocks")
        .should().callConstructor(ReentrantLock.class)
        .orShould().callConstructor(ReentrantReadWriteLock.class)
        .check(CORE);
  }

  /** Whoever takes a line is user code, which may throw. */
  @Test
  void whatIsLoggedPassesOnePlace() {
    noClasses().that().doNotHaveFullyQualifiedName("dev.syncline.shortage.LogLines")
        .should().callMethod(System.class, "getLogger", String.class).check(CORE);
  }

  @Test
  void theTwoStoragesDoNotKnowEachOther() {
    noClasses().that().resideInAPackage(NIO).should().dependOnClassesThat().resideInAPackage(JNA).check(CORE);
    noClasses().that().resideInAPackage(JNA).should().dependOnClassesThat().resideInAPackage(NIO).check(CORE);
  }

  @Test
  void onlyStoragesNamesTheTwoStorages() {
    noClasses().that(not(belongToAnyOf(Storages.class)).and(not(resideInAnyPackage(NIO, JNA))))
        .should().dependOnClassesThat().resideInAnyPackage(NIO, JNA)
        .check(CORE);
  }

  @Test
  void theLogStandsOnFormatAndStorageAlone() {
    classes().that().resideInAnyPackage(ENGINE)
        .should().onlyDependOnClassesThat(
            resideInAnyPackage(ENGINE).or(resideInAnyPackage(FORMAT, IO, SHORTAGE, "java..", "jdk.jfr..")).or(belongToAnyOf(VOCABULARY)))
        .check(CORE);
  }

  @Test
  void theRoomsOfTheEngineKnowOnlyWhatLiesBelowThem() {
    requireOnlyBelow(THREADS);
    requireOnlyBelow(EVENTS, THREADS);
    requireOnlyBelow(FLIGHT, EVENTS);
    requireOnlyBelow(OPTIONS, THREADS);
    requireOnlyBelow(SEGMENT, OPTIONS);
    requireOnlyBelow(RECOVERY, SEGMENT, OPTIONS, EVENTS);
    requireOnlyBelow(COMMIT, SEGMENT, OPTIONS, THREADS, EVENTS);
    requireOnlyBelow(READ, COMMIT, RECOVERY, SEGMENT, OPTIONS, EVENTS);
    requireOnlyBelow(LOG, READ, COMMIT, RECOVERY, SEGMENT, OPTIONS, THREADS, EVENTS, FLIGHT);
  }

  private static void requireOnlyBelow(String room, String... below) {
    noClasses().that().resideInAPackage(room)
        .should().dependOnClassesThat(
            resideInAnyPackage(ENGINE).and(not(resideInAnyPackage(below))).and(not(resideInAPackage(room))))
        .check(CORE);
  }

  /** But the mark and what is kept in quarantine, which no other log has a link to. */
  @Test
  void onlyTheirOwnerMakesRenamesAndDeletesALogsFiles() {
    for (String name : new String[] {"create", "rename", "delete", "link", "linkCount"})
      noClasses().that().resideInAnyPackage(ENGINE).and().doNotHaveSimpleName("SegmentFiles").and().doNotHaveSimpleName("MarkFile")
          .and().doNotHaveSimpleName("Quarantine")
          .should().callMethodWhere(target(name(name)).and(target(owner(assignableTo(Storage.class)))))
          .check(CORE);
  }

  @Test
  void noPackagesDependOnEachOtherInACircle() {
    slices().matching("dev.syncline.(log..|format)").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void noClassesOfARoomKnowEachOtherInACircle() {
    for (String room : new String[] {READ, COMMIT, RECOVERY, REPAIR})
      slices().assignedFrom(topLevelClassesOf(room)).should().beFreeOfCycles().check(CORE);
  }

  private static SliceAssignment topLevelClassesOf(String room) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        String name = type.getName().replaceAll("\\$.*", "");
        return type.getPackageName().equals(room) ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "each class of " + room;
      }
    };
  }

  @Test
  void thePublicFaceDoesNotReachIntoTheFormat() {
    noClasses().that().resideInAPackage(PUBLIC_FACE).should().dependOnClassesThat().resideInAPackage(FORMAT).check(CORE);
  }

  @Test
  void theSharedVocabularyKnowsNoLayer() {
    noClasses().that(belongToAnyOf(VOCABULARY))
        .should().dependOnClassesThat().resideInAnyPackage("dev.syncline.log..", FORMAT, IO, NIO, JNA)
        .check(CORE);
  }

  @Test
  void onlyTheNativeStorageSeesJna() {
    noClasses().that().resideOutsideOfPackage(JNA).should().dependOnClassesThat().resideInAPackage("com.sun.jna..").check(CORE);
  }

  @Test
  void coreNeedsNothingButTheJdkAndJna() {
    classes().should().onlyDependOnClassesThat()
        .resideInAnyPackage("dev.syncline..", "java..", "jdk.jfr..", "com.sun.nio.file..", "com.sun.jna..")
        .check(CORE);
  }

  @Test
  void nothingIsSynchronizedSinceThatPinsVirtualThreads() {
    methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(CORE);
  }
}
