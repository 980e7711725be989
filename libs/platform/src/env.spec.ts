import { IsBoolean, IsInt, IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';
import { EnvironmentError, readEnvironment } from './env';

class Settings {
  @IsUrl({ protocols: ['postgres'], require_protocol: true, require_tld: false })
  databaseUrl!: string;

  @IsInt()
  @Min(1)
  @Max(65_535)
  httpPort: number = 3000;

  @IsBoolean()
  verbose: boolean = false;

  @IsOptional()
  @Matches(/^dbk_/, { message: '$property must begin with dbk_' })
  apiKey?: string;
}

const DAYBOOK_DATABASE_URL = 'postgres://user:hunter2@127.0.0.1:5432/daybook';

describe('environment', () => {
  it('is read by name, converted by type, and frozen', () => {
    const settings = readEnvironment(Settings, {
      DAYBOOK_DATABASE_URL,
      DAYBOOK_HTTP_PORT: ' 8080 ',
      DAYBOOK_VERBOSE: 'true',
    });
    expect(settings).toEqual({ databaseUrl: DAYBOOK_DATABASE_URL, httpPort: 8080, verbose: true });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('keeps defaults for absent and empty variables', () => {
    const settings = readEnvironment(Settings, { DAYBOOK_DATABASE_URL, DAYBOOK_HTTP_PORT: '' });
    expect(settings.httpPort).toBe(3000);
  });

  it('lists every fault at once, by variable, and never a value', () => {
    const read = () =>
      readEnvironment(Settings, {
        DAYBOOK_DATABASE_URL: 'hunter2',
        DAYBOOK_HTTP_PORT: '80a',
        DAYBOOK_VERBOSE: 'yes',
        DAYBOOK_API_KEY: 'topsecret',
      });
    expect(read).toThrow(EnvironmentError);
    try {
      read();
    } catch (error) {
      const { message } = error as EnvironmentError;
      for (const variable of ['DATABASE_URL', 'HTTP_PORT', 'VERBOSE', 'API_KEY']) {
        expect(message).toContain(`DAYBOOK_${variable} must`);
      }
      expect(message).toContain('DAYBOOK_API_KEY must begin with dbk_');
      expect(message).not.toMatch(/hunter2|topsecret|80a/);
    }
  });
});
