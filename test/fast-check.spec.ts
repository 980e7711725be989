import fc from 'fast-check';

it('properties meet the same cases in every run', () => {
  const draw = () => fc.sample(fc.integer(), 20);
  expect(fc.readConfigureGlobal()?.seed).toEqual(expect.any(Number));
  expect(draw()).toEqual(draw());
});
