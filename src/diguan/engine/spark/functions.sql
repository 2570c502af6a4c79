-- What the functions of the rule language and of identifiers mean in Spark; engine/functions.sql and engine/identifiers.sql
-- are the same for DuckDB, and say why. Numbers are DECIMAL(18,6); a result of 10^12 or more is NULL, which is unknown.

CREATE TEMPORARY FUNCTION rule_product(a DECIMAL(19,6), b DECIMAL(18,6)) RETURNS DECIMAL(18,6)
RETURN try_cast(a * b AS DECIMAL(18,6));

-- Whole numbers throughout. DIV answers with 64 bits and no more, so what is 10^12 or larger is told beforehand.
CREATE TEMPORARY FUNCTION rule_quotient(a DECIMAL(38,0), b DECIMAL(38,0)) RETURNS DECIMAL(18,6)
RETURN CASE
    WHEN b <> 0 AND abs(CAST(a AS DOUBLE)) < 1.1e18D * abs(CAST(b AS DOUBLE) / 1e6D)
    THEN try_cast(CAST((2000000 * a + CASE WHEN (a < 0) = (b < 0) THEN b ELSE -b END) DIV (2 * b) AS DECIMAL(20,0)) * 0.000001 AS DECIMAL(18,6))
END;
CREATE TEMPORARY FUNCTION rule_safe_div(a DECIMAL(20,6), b DECIMAL(18,6)) RETURNS DECIMAL(18,6)
RETURN rule_quotient(CAST(a * 1000000 AS DECIMAL(38,0)), CAST(b * 1000000 AS DECIMAL(38,0)));

CREATE TEMPORARY FUNCTION rule_full_years(a DATE, b DATE) RETURNS DECIMAL(18,6)
RETURN CAST(year(b) - year(a) - CASE WHEN month(b) * 100 + day(b) < month(a) * 100 + day(a) THEN 1 ELSE 0 END AS DECIMAL(18,6));
CREATE TEMPORARY FUNCTION rule_years_between(a DATE, b DATE) RETURNS DECIMAL(18,6)
RETURN CASE WHEN b < a THEN -rule_full_years(b, a) ELSE rule_full_years(a, b) END;
CREATE TEMPORARY FUNCTION rule_age_on(birth DATE, moment DATE) RETURNS DECIMAL(18,6)
RETURN CASE WHEN birth <= moment THEN rule_full_years(birth, moment) END;
CREATE TEMPORARY FUNCTION rule_full_months(a DATE, b DATE) RETURNS DECIMAL(18,6)
RETURN CAST((year(b) - year(a)) * 12 + month(b) - month(a) - CASE WHEN day(b) < day(a) THEN 1 ELSE 0 END AS DECIMAL(18,6));
CREATE TEMPORARY FUNCTION rule_months_between(a DATE, b DATE) RETURNS DECIMAL(18,6)
RETURN CASE WHEN b < a THEN -rule_full_months(b, a) ELSE rule_full_months(a, b) END;
CREATE TEMPORARY FUNCTION rule_days_between(a DATE, b DATE) RETURNS DECIMAL(18,6)
RETURN CAST(datediff(b, a) AS DECIMAL(18,6));

CREATE TEMPORARY FUNCTION rule_round(a DECIMAL(18,6), places INT) RETURNS DECIMAL(18,6)
RETURN CASE places
    WHEN 0 THEN try_cast(CAST(a AS DECIMAL(18,0)) AS DECIMAL(18,6))
    WHEN 1 THEN try_cast(CAST(a AS DECIMAL(18,1)) AS DECIMAL(18,6))
    WHEN 2 THEN try_cast(CAST(a AS DECIMAL(18,2)) AS DECIMAL(18,6))
    WHEN 3 THEN try_cast(CAST(a AS DECIMAL(18,3)) AS DECIMAL(18,6))
    WHEN 4 THEN try_cast(CAST(a AS DECIMAL(18,4)) AS DECIMAL(18,6))
    WHEN 5 THEN try_cast(CAST(a AS DECIMAL(18,5)) AS DECIMAL(18,6))
    ELSE a
END;
CREATE TEMPORARY FUNCTION rule_floor(a DECIMAL(18,6)) RETURNS DECIMAL(18,6)
RETURN try_cast(floor(a) AS DECIMAL(18,6));

-- As DuckDB turns a binary fraction into a decimal: times a million, a hair further from zero, halves away from zero.
CREATE TEMPORARY FUNCTION rule_halves_away(a DOUBLE) RETURNS DECIMAL(20,0)
RETURN CASE WHEN abs(a) < 1e18D THEN CAST(CAST(signum(a) * CASE WHEN abs(a) < 4503599627370496D THEN floor(abs(a) + 0.5D) ELSE abs(a) END AS BIGINT) AS DECIMAL(20,0)) END;
CREATE TEMPORARY FUNCTION rule_from_binary(a DOUBLE) RETURNS DECIMAL(18,6)
RETURN try_cast(rule_halves_away(a * 1e6D + signum(a) * 1e-9D) * 0.000001 AS DECIMAL(18,6));
CREATE TEMPORARY FUNCTION rule_has_more(number DOUBLE, noise DOUBLE) RETURNS BOOLEAN
RETURN CASE
    WHEN isnan(number) OR abs(number) = double('Infinity') OR abs(number) > 1e300D THEN FALSE
    ELSE abs(number - rint(number * 1e6D) / 1e6D) > noise * abs(number)
END;

CREATE TEMPORARY FUNCTION identifier_day(t STRING) RETURNS DATE
RETURN CASE WHEN try_cast(left(t, 4) || '-' || substr(t, 5, 2) || '-' || right(t, 2) AS DATE) >= DATE '1880-01-01'
            THEN try_cast(left(t, 4) || '-' || substr(t, 5, 2) || '-' || right(t, 2) AS DATE) END;
CREATE TEMPORARY FUNCTION identifier_check_digit(n STRING) RETURNS STRING
RETURN substr('10X98765432', 1 + (
    7 * CAST(substr(n, 1, 1) AS INT) + 9 * CAST(substr(n, 2, 1) AS INT) + 10 * CAST(substr(n, 3, 1) AS INT)
    + 5 * CAST(substr(n, 4, 1) AS INT) + 8 * CAST(substr(n, 5, 1) AS INT) + 4 * CAST(substr(n, 6, 1) AS INT)
    + 2 * CAST(substr(n, 7, 1) AS INT) + 1 * CAST(substr(n, 8, 1) AS INT) + 6 * CAST(substr(n, 9, 1) AS INT)
    + 3 * CAST(substr(n, 10, 1) AS INT) + 7 * CAST(substr(n, 11, 1) AS INT) + 9 * CAST(substr(n, 12, 1) AS INT)
    + 10 * CAST(substr(n, 13, 1) AS INT) + 5 * CAST(substr(n, 14, 1) AS INT) + 8 * CAST(substr(n, 15, 1) AS INT)
    + 4 * CAST(substr(n, 16, 1) AS INT) + 2 * CAST(substr(n, 17, 1) AS INT)) % 11, 1);
-- Without a well-formed number there are no digits to count; arguments are worked out before a CASE looks at them.
CREATE TEMPORARY FUNCTION identifier_digits(n STRING) RETURNS STRING
RETURN CASE WHEN n RLIKE '\\A[1-9][0-9]{16}[0-9X]\\z' THEN n END;

CREATE TEMPORARY FUNCTION identifier_state_gb11643(n STRING) RETURNS STRING
RETURN CASE WHEN n = '' OR n IS NULL THEN NULL
     WHEN identifier_digits(n) IS NULL THEN 'malformed'
     WHEN identifier_day(substr(n, 7, 8)) IS NULL OR identifier_check_digit(identifier_digits(n)) <> substr(n, 18, 1) THEN 'suspect'
     ELSE 'valid' END;
CREATE TEMPORARY FUNCTION identifier_part_gb11643(n STRING, part STRING) RETURNS STRING
RETURN CASE WHEN identifier_digits(n) IS NULL THEN NULL
     WHEN part = 'gender' THEN CASE WHEN CAST(substr(identifier_digits(n), 17, 1) AS INT) % 2 = 1 THEN 'male' ELSE 'female' END
     WHEN part = 'born_on' THEN CAST(identifier_day(substr(n, 7, 8)) AS STRING) END;

CREATE TEMPORARY FUNCTION identifier_state_cn_disability_card(n STRING) RETURNS STRING
RETURN CASE WHEN n = '' OR n IS NULL THEN NULL
     WHEN NOT n RLIKE '\\A[0-9]{17}[0-9X]([1-7][1-4](B[0-9])?)?\\z' THEN 'malformed'
     ELSE identifier_state_gb11643(left(n, 18)) END;
CREATE TEMPORARY FUNCTION identifier_part_cn_disability_card(n STRING, part STRING) RETURNS STRING
RETURN CASE WHEN identifier_state_cn_disability_card(n) = 'malformed' THEN NULL
     WHEN part = 'card_kind' THEN nullif(substr(n, 19, 1), '')
     WHEN part = 'card_grade' THEN nullif(substr(n, 20, 1), '')
     ELSE identifier_part_gb11643(left(n, 18), part) END;

CREATE TEMPORARY FUNCTION identifier_state_phone(n STRING) RETURNS STRING
RETURN CASE WHEN n = '' OR n IS NULL THEN NULL WHEN n RLIKE '\\A[+]?[0-9]{7,15}\\z' THEN 'valid' ELSE 'malformed' END;
CREATE TEMPORARY FUNCTION identifier_state_account(n STRING) RETURNS STRING
RETURN CASE WHEN n = '' OR n IS NULL THEN NULL WHEN n RLIKE '\\A[+]?[0-9]{8,30}\\z' THEN 'valid' ELSE 'malformed' END;
CREATE TEMPORARY FUNCTION identifier_state_plain(n STRING) RETURNS STRING
RETURN CASE WHEN n = '' OR n IS NULL THEN NULL ELSE 'valid' END
