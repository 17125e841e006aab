package dev.syncline.log.threads;

import java.util.Arrays;

/** Members that get a turn at a time, the earliest first. Only {@link #haveRoomFor} takes memory. Guarded by the threads' lock. */
final class DueHeap {
  private Member[] places = new Member[16];
  private int size;

  /** Has places for so many. */
  void haveRoomFor(int count) {
    if (count > places.length) places = Arrays.copyOf(places, Math.max(count, 2 * places.length));
  }

  /** The one that comes first, or null. */
  Member first() {
    return size == 0 ? null : places[0];
  }

  void add(Member member) {
    member.heapPlace = size++;
    places[member.heapPlace] = member;
    rise(member);
  }

  /** Does nothing if it is not here. */
  void remove(Member member) {
    int place = member.heapPlace;
    if (place < 0) return;
    Member moved = places[--size];
    places[size] = null;
    member.heapPlace = -1;
    if (moved == member) return;
    put(moved, place);
    rise(moved);
    sink(moved);
  }

  private void rise(Member member) {
    while (member.heapPlace > 0) {
      Member above = places[(member.heapPlace - 1) / 2];
      if (!member.isBefore(above)) return;
      swap(member, above);
    }
  }

  private void sink(Member member) {
    while (true) {
      Member below = earlier(2 * member.heapPlace + 1, 2 * member.heapPlace + 2);
      if (below == null || !below.isBefore(member)) return;
      swap(member, below);
    }
  }

  private Member earlier(int one, int other) {
    if (one >= size) return null;
    return other >= size || places[one].isBefore(places[other]) ? places[one] : places[other];
  }

  private void swap(Member one, Member other) {
    int place = one.heapPlace;
    put(one, other.heapPlace);
    put(other, place);
  }

  private void put(Member member, int place) {
    places[place] = member;
    member.heapPlace = place;
  }
}
