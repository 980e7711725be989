import { DomainError, REFUSALS, type RefusalCode } from '@daybook/domain';
import {
  AppendRejected,
  AppendTooLarge,
  ConcurrencyConflict,
  OutcomeUnknown,
  StoreUnavailable,
} from '@daybook/event-store';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { InvalidCursor } from '../projections/cursor';
import { Problem, problemBody, problemOf } from './problem';
import { PROBLEMS } from './problems';

describe('the registry of problems', () => {
  it('knows every refusal of the domain as an error of the client', () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
      const problem = problemOf(new DomainError(code, 'No.'));
      expect(problem).toMatchObject({ code, detail: 'No.' });
      expect(problem.status).toBeGreaterThanOrEqual(400);
      expect(problem.status).toBeLessThan(500);
    }
  });

  it('has whole sentences and kebab codes', () => {
    for (const [code, { title, when, remedy }] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(when).toMatch(/^[A-Z`].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('problemOf', () => {
  const named = (name: string, more: object = {}) => Object.assign(new Error(name), more);

  it.each([
    [new ConcurrencyConflict('customer-1', 0n, 1n), 'conflict'],
    [new AppendTooLarge('customer-1', 2e6), 'payload-too-large'],
    [new AppendRejected('customer-1', 'NUL'), 'validation-failed'],
    [new OutcomeUnknown('customer-1'), 'outcome-unknown'],
    [new StoreUnavailable('gone'), 'unavailable'],
    [new InvalidCursor(), 'invalid-cursor'],
    [named('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }), 'unavailable'],
    [named('terminating connection', { code: '57P01' }), 'unavailable'],
    [named('too many clients', { code: '53300' }), 'unavailable'],
    [named('Connection terminated unexpectedly'), 'unavailable'],
    [
      named('QueryFailedError', { driverError: named('shut down', { code: '57P03' }) }),
      'unavailable',
    ],
    [named('canceling statement due to statement timeout', { code: '57014' }), 'timeout'],
    [new NotFoundException(), 'not-found'],
    [new BadRequestException(), 'malformed-request'],
    [named('too large', { statusCode: 413 }), 'payload-too-large'],
    [named('unsupported', { statusCode: 415 }), 'unsupported-media-type'],
    [named('handler timeout', { statusCode: 503 }), 'timeout'],
    [named('syntax error', { code: '42601' }), 'internal-error'],
    [named('odd', { statusCode: 200 }), 'internal-error'],
    ['a string', 'internal-error'],
    [undefined, 'internal-error'],
  ])('calls %s %s', (error, code) => {
    expect(problemOf(error).code).toBe(code);
  });

  it('keeps what went wrong inside to itself', () => {
    const secret = named('password authentication failed for user "x"', { code: '28P01' });
    const body = problemBody(problemOf(secret), '/v1/customers', 'r');
    expect(JSON.stringify(body)).not.toContain('password');
  });
});

describe('problemBody', () => {
  it('has the members of RFC 9457 and ours', () => {
    const problem = new Problem('customer-not-found', 'No such customer.');
    expect(problemBody(problem, '/v1/customers/1?x=y', 'r-1')).toEqual({
      type: 'urn:daybook:problem:customer-not-found',
      title: 'No such customer',
      status: 404,
      detail: 'No such customer.',
      instance: '/v1/customers/1',
      code: 'customer-not-found',
      requestId: 'r-1',
    });
  });

  it('shows a path only when it is plain, and never all of a long one', () => {
    const problem = new Problem('not-found', 'No.');
    expect(problemBody(problem, '/a"b', 'r')).not.toHaveProperty('instance');
    expect(problemBody(problem, 'http://evil/', 'r')).not.toHaveProperty('instance');
    expect(problemBody(problem, `/${'a'.repeat(5_000)}`, 'r').instance).toHaveLength(200);
  });
});
