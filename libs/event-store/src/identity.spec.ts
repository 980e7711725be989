import { eventId, uuid5 } from './identity';

/** The DNS namespace of RFC 9562, section 6.6. */
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('uuid5', () => {
  it('gives the id of the example in RFC 9562, appendix A.4', () => {
    expect(uuid5(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('takes names of any script as UTF-8', () => {
    expect(uuid5(DNS, 'münchen.example')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(uuid5(DNS, 'münchen.example')).not.toBe(uuid5(DNS, 'munchen.example'));
  });

  it('has version 5 and the RFC variant for every name', () => {
    for (let i = 0; i < 200; i++) expect(uuid5(DNS, String(i))).toMatch(/^.{14}5.{4}[89ab]/);
  });

  it('gives other ids in another namespace', () => {
    expect(uuid5(uuid5(DNS, 'a'), 'name')).not.toBe(uuid5(DNS, 'name'));
  });

  it('refuses a namespace that is no UUID', () => {
    expect(() => uuid5('dns', 'name')).toThrow('is not a UUID');
  });
});

describe('eventId', () => {
  const event = { type: 'PurseMinted', data: { address: '0x1' } };

  it('is the same for a retry and another for another place, command or content', () => {
    const id = eventId('purse-1', 3n, 'command', event);
    expect(eventId('purse-1', 3n, 'command', { ...event })).toBe(id);
    const others = [
      eventId('purse-2', 3n, 'command', event),
      eventId('purse-1', 4n, 'command', event),
      eventId('purse-1', 3n, 'other', event),
      eventId('purse-1', 3n, 'command', { ...event, type: 'PurseArchived' }),
      eventId('purse-1', 3n, 'command', { ...event, data: { address: '0x2' } }),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('stays what it has always been', () => {
    expect(eventId('purse-1', 0n, 'command', event)).toMatchInlineSnapshot(
      `"fefda684-a0f8-5ec2-bde5-81d49caeeae6"`,
    );
  });
});
