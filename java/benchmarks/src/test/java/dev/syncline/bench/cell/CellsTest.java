package dev.syncline.bench.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CellsTest {
  private final Cells cells = new Cells(false);

  @Test
  void aStarMeansAllThatBeginSo() {
    assertThat(cells.named(List.of("append/8*"))).extracting(Cell::name).containsExactly("append/8x256", "append/8x4096", "append/8x65536");
  }

  @Test
  void aListAndOneOfItsCellsAreMeasuredOnce() {
    assertThat(cells.named(List.of("short", "append/1x256"))).extracting(Cell::name).doesNotHaveDuplicates().contains("append/1x256");
  }

  @Test
  void everyCellOfEveryListExists() {
    for (String list : List.of("short", "targets", "builds", "smoke", "all")) assertThat(cells.named(List.of(list))).as(list).isNotEmpty();
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> cells.named(List.of("append/9x9"))).hasMessageContaining("append/9x9").hasMessageContaining("append/1x256");
  }

  @Test
  void whatReadsHasALogToRead() {
    for (Cell cell : cells.named(List.of("all")))
      if (cell.preparation() != null) assertThat(cells.preparation(cell)).as(cell.name()).isNotNull();
  }

  @Test
  void theFullSizesAreThoseOfTheTargets() {
    Cells full = new Cells(true);
    Cell large = full.preparation(full.named(List.of("reopen/large")).get(0));
    assertThat(large.records() * large.segmentBytes()).isGreaterThan(10_000_000_000L);
    assertThat(full.named(List.of("read/1")).get(0).records()).isEqualTo(10_000_000);
  }
}
