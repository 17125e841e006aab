package dev.syncline.shortage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackReserveTest {
  private static final int[] AMOUNTS = {StackReserve.MEMORY, StackReserve.DISK, StackReserve.CLOSE};
  private static final long STACK_BYTES = 2 << 20;

  /** Compiled code looks at whole pages. */
  private static final double PAGE_BYTES = 4096;

  /** A look that is refused unwinds as many frames as there are left; so many of these are a few hundred bytes. */
  private static final int DEPTHS_A_LOOK = 4;

  /** What looks at the stack is interpreted, or compiled before its first call: a frame has one size then. */
  @ParameterizedTest
  @ValueSource(strings = {
    "-Xint", "-Xcomp -XX:TieredStopAtLevel=1 -XX:CompileCommand=quiet -XX:CompileCommand=compileonly,dev.syncline.shortage.*::*"
  })
  void whereAnAmountIsGrantedItIsThere(String options) throws Exception {
    List<String> lines = new ArrayList<>(measuredWith(options).lines().toList());
    for (int bytes : AMOUNTS) {
      assertThat(lines).isNotEmpty();
      String[] found = lines.remove(0).split(" ");
      assertThat(found[0]).isEqualTo(String.valueOf(bytes));
      assertThat(Double.parseDouble(found[1])).as("%d bytes with %s", bytes, options).isCloseTo(bytes, within(PAGE_BYTES + 512));
    }
  }

  @Test
  void anAmountThatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> StackReserve.require(1)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String measuredWith(String options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Measurement.class.getName()));
    Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    return said;
  }

  /** Prints each amount, and how much is left at the deepest place at which it is granted. */
  static final class Measurement {
    private Measurement() {}

    public static void main(String[] arguments) throws InterruptedException {
      // Loaded where there is stack for it.
      for (int bytes : AMOUNTS) StackReserve.require(bytes);
      List<Descent> small = new ArrayList<>();
      // All the small ones first: the C library gives the stack of a thread that has ended to the next one, if it is large enough.
      for (int bytes : AMOUNTS) small.add(Descent.on(STACK_BYTES, bytes));
      for (Descent each : small) {
        Descent large = Descent.on(2 * STACK_BYTES, each.bytes);
        // A frame's size is told by how many more of them a larger stack has room for.
        double frameBytes = (double) STACK_BYTES / (large.deepest - each.deepest);
        System.out.println(each.bytes + " " + (large.deepest - large.granted) * frameBytes);
      }
    }
  }

  private static final class Descent {
    private final int bytes;
    private int deepest;
    private int granted = -1;

    private Descent(int bytes) {
      this.bytes = bytes;
    }

    static Descent on(long stackBytes, int bytes) throws InterruptedException {
      Descent descent = new Descent(bytes);
      Thread thread = new Thread(null, () -> descent.go(0), "deep", stackBytes);
      thread.start();
      thread.join();
      return descent;
    }

    private void go(int depth) {
      try {
        go(depth + 1);
      } catch (StackOverflowError e) {
        deepest = Math.max(deepest, depth);
      }
      if (granted < 0 && depth % DEPTHS_A_LOOK == 0 && StackReserve.has(bytes)) granted = depth;
    }
  }
}
