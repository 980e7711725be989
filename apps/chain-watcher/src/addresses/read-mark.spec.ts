import { createReadMark } from './read-mark';

describe('a read mark', () => {
  it('is complete when everything is read', () => {
    const mark = createReadMark(null, null);
    mark.handled(3, 7n);
    expect(mark.complete).toBeNull();
    mark.look(mark.read, 2n, 0);
    expect(mark.complete).toBeNull();
    mark.handled(2, 5n);
    mark.look(mark.read, 0n, 0);
    expect(mark.complete).toBe(7n);
  });

  it('counts what was read before the question, not before the answer', () => {
    const mark = createReadMark(null, null);
    mark.handled(1, 7n);
    const { read } = mark;
    mark.handled(1, 9n);
    mark.look(read, 0n, 0);
    expect(mark.complete).toBe(7n);
  });

  it('comes forward under a steady stream, when what was left at a look is handled', () => {
    const mark = createReadMark(null, null);
    mark.handled(10, 80n);
    mark.look(mark.read, 5n, 0);
    mark.handled(4, 60n);
    mark.look(mark.read, 9n, 0);
    expect(mark.complete).toBeNull();
    mark.handled(4, 82n);
    mark.look(mark.read, 9n, 0);
    expect(mark.complete).toBe(80n);
    mark.handled(9, 90n);
    mark.look(mark.read, 9n, 0);
    expect(mark.complete).toBe(82n);
  });

  it('does not count what may be counted twice', () => {
    const mark = createReadMark(null, null);
    mark.handled(10, 80n);
    mark.look(mark.read, 5n, 0);
    mark.handled(5, 60n);
    mark.repeat();
    mark.look(mark.read, 5n, 0);
    expect(mark.complete).toBeNull();
  });

  it('does not advance while a key is parked, and advances when it no longer is', () => {
    const mark = createReadMark(4n, 4n);
    mark.handled(2, 7n);
    mark.look(mark.read, 0n, 1);
    expect(mark.complete).toBe(4n);
    mark.handled(1, 6n);
    mark.look(mark.read, 0n, 0);
    expect(mark.complete).toBe(7n);
  });

  it('continues from what was stored, and never goes back', () => {
    const mark = createReadMark(9n, 6n);
    expect(mark.complete).toBe(6n);
    mark.handled(3, 2n);
    mark.look(mark.read, 0n, 0);
    expect(mark.complete).toBe(9n);
  });
});
