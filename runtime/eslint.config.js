// Lint rules: what the compiler cannot see (floating promises), and the size limits of the house.
import tseslint from 'typescript-eslint';

const code = { skipBlankLines: true, skipComments: true };

/** Syntax that does not erase, and exports without a name. */
const restrictedSyntax = [
  { selector: 'TSEnumDeclaration', message: 'use a const object and a type of the same name' },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'use a module' },
  { selector: 'TSParameterProperty', message: 'declare the field' },
];
/** TypeScript's `private` is gone at run time; a constructor cannot have the other one. */
const hidden = 'write #name: it is private at run time, too';
const noPrivateKeyword = [
  { selector: 'PropertyDefinition[accessibility="private"]', message: hidden },
  { selector: 'MethodDefinition[accessibility="private"][kind!="constructor"]', message: hidden },
];
const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'use a named export' };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'results/**', '**/*.d.ts', '**/*.gen.ts'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: [
          'runtime/tests/tsconfig.json',
          'examples/tsconfig.json',
          'runtime/report/html/page/tsconfig.json',
        ],
        tsconfigRootDir: `${import.meta.dirname}/..`,
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-restricted-syntax': ['error', ...restrictedSyntax, ...noPrivateKeyword, noDefaultExport],
      'no-console': 'error',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      complexity: ['error', 20],
      'max-params': ['error', 4],
      // A file that gets longer holds two nouns.
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 40, ...code }],
    },
  },
  {
    // A describe() is one function; the arrangement of a whole-run test is long by nature.
    files: ['**/*.test.ts', 'runtime/tests/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': 'off',
    },
  },
  {
    // Who may use a default export: configurations, thread entries (piscina's way), script modules.
    files: [
      'runtime/*.config.ts',
      'runtime/*/worker.ts',
      'runtime/*/testdata/*.ts',
      'api/**/*.ts',
      'examples/**/*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...restrictedSyntax, ...noPrivateKeyword] },
  },
  {
    // The sandbox awaits thenables of its own and, to yield, null; both are what they look like.
    files: ['api/**/*.ts'],
    rules: { '@typescript-eslint/await-thenable': 'off' },
  },
  {
    files: ['examples/**/*.ts', 'runtime/cli/**/*.ts', 'runtime/bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
