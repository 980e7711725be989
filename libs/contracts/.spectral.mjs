// The rules that the API document is held to: those of Spectral and of OWASP. Each rule that is off or narrowed says why.
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';

/** A rule of OWASP for a part of the document. */
const only = (name, given) => [name, { ...owasp.rules[name], given }];

// Limits protect the service from what it is sent. An answer is bounded by what the service is, and a limit in its schema
// would make a breaking change of what is none.
const sent = (type) => [
  `$.paths[*][*].requestBody..[?(@ && (@.type=="${type}" || (@.type && @.type.includes && @.type.includes("${type}"))))]`,
  `$.paths[*][*].parameters[?(@.schema && @.schema.type=="${type}")].schema`,
];

// Probes are sent without a key, and so without a quota, by load balancers that look at the status alone.
const PROBE_RULES = [
  'owasp:api2:2023-read-restricted',
  'owasp:api4:2023-rate-limit-responses-429',
  'owasp:api8:2023-define-error-responses-401',
  'owasp:api8:2023-define-error-responses-500',
];

export default {
  extends: [oas, owasp],
  rules: {
    ...Object.fromEntries([
      only('owasp:api4:2023-string-limit', sent('string')),
      only('owasp:api4:2023-string-restricted', sent('string')),
      only('owasp:api4:2023-array-limit', sent('array')),
      only('owasp:api4:2023-integer-limit', sent('integer')),
      // A 401 has no key, and so no quota.
      only(
        'owasp:api4:2023-rate-limit',
        '$.paths[?(!@property.match(/^\\/(livez|readyz|startupz)$/))]..responses[?(@property.match(/^(2|4)/) && @property !== "401")]',
      ),
    ]),
    // Bounds say more than int32 or int64, and every integer of a request has them.
    'owasp:api4:2023-integer-format': 'off',
    // Keys are random texts, not tokens with claims.
    'owasp:api2:2023-jwt-best-practices': 'off',
    // No page of another site may read the API: browsers refuse what has no CORS header.
    'owasp:api8:2023-define-cors-origin': 'off',
    // Each service serves the document of itself, wherever it runs.
    'owasp:api9:2023-inventory-access': 'off',
    'owasp:api9:2023-inventory-environment': 'off',
  },
  overrides: [
    {
      files: ['/livez', '/readyz', '/startupz'].map(
        (path) => `*#/paths/${path.replaceAll('/', '~1')}`,
      ),
      rules: Object.fromEntries(PROBE_RULES.map((name) => [name, 'off'])),
    },
  ],
};
