import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { loggerOptions } from './logger';

function logged(log: (logger: Logger<never, boolean>) => void): string {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  log(pino(loggerOptions('ledger', 'info'), sink));
  return text;
}

describe('logger', () => {
  it('writes the app, the level by name and an RFC 3339 time', () => {
    const line = JSON.parse(logged((logger) => logger.info({ stream: 'purse-1' }, 'appended')));
    expect(line).toMatchObject({
      app: 'ledger',
      level: 'info',
      msg: 'appended',
      stream: 'purse-1',
    });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('never writes a secret', () => {
    const secret = 'hunter2';
    const failure = Object.assign(new Error('failed'), {
      parameters: [secret],
      driverError: { parameters: [secret] },
    });
    const text = logged((logger) => {
      logger.info({ req: { headers: { authorization: secret, cookie: secret } } });
      logger.info({ settings: { databaseUrl: secret, apiKey: secret }, password: secret });
      logger.error({ err: failure });
    });
    expect(text).toContain('[secret]');
    expect(text).not.toContain(secret);
  });
});
