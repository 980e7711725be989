import { DaybookClient } from './daybook-client';

const SECRET = 'dbk_ secret';

describe('the options of a client', () => {
  it.each([
    [{ address: 'https://daybook.example' }, 'daybook.example:50051'],
    [{ address: 'daybook.example' }, 'daybook.example:50051'],
    [{ apiKey: SECRET }, 'begins with dbk_'],
    [{ apiKey: '' }, 'begins with dbk_'],
    [{ tls: { cert: 'client.pem' } }, 'together'],
    [{ timeoutMs: 0 }, 'above 0'],
    [{ timeoutMs: Number.NaN }, 'above 0'],
    [{ tls: { ca: '/nowhere/ca.pem' } }, 'ENOENT'],
  ])('may not be %j', (wrong, right) => {
    const options = { address: 'daybook.example:50051', apiKey: 'dbk_key', ...wrong };
    const make = () => new DaybookClient(options);
    expect(make).toThrow(right);
    expect(make).not.toThrow(SECRET);
  });
});
