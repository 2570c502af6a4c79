-- What the functions of the rule language mean in DuckDB; diguan.rulebook.numbers is the other half.
-- Numbers are DECIMAL(18,6); a result of 10^12 or more is NULL, which is unknown.

-- Exact at any size, with 128-bit integers: twice the millionths over twice the millionths, half a unit further from
-- zero, cut off towards zero.
CREATE OR REPLACE TEMP MACRO rule_millionths(a) AS CAST(CAST(a AS DECIMAL(19, 6)) * 1000000 AS HUGEINT);
CREATE OR REPLACE TEMP MACRO rule_wide_div(a, b) AS
    TRY_CAST(
        TRY_CAST(
            (2000000 * rule_millionths(a) + CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END * rule_millionths(b))
            // (2 * rule_millionths(b)) AS DECIMAL(18, 0)
        ) * CAST(0.000001 AS DECIMAL(6, 6)) AS DECIMAL(18, 6)
    );

-- In doubles, whose error is far below half a millionth there; only what might lie half-way between two millionths is
-- worked out exactly. Nothing is divided by 0: the quotient is infinite or no number, and goes the exact way to NULL.
CREATE OR REPLACE TEMP MACRO rule_certain(millionths) AS
    abs(millionths) < 1e12 AND abs(abs(millionths - floor(millionths)) - 0.5) > 0.001;
CREATE OR REPLACE TEMP MACRO rule_exact_product(a, b) AS
    TRY_CAST(CAST(a AS DECIMAL(19, 6)) * CAST(b AS DECIMAL(18, 6)) AS DECIMAL(18, 6));
CREATE OR REPLACE TEMP MACRO rule_product(a, b) AS
    CASE
        WHEN rule_certain(CAST(a AS DOUBLE) * CAST(b AS DOUBLE) * 1e6) THEN CAST(CAST(a AS DOUBLE) * CAST(b AS DOUBLE) AS DECIMAL(18, 6))
        WHEN a IS NOT NULL AND b IS NOT NULL THEN rule_exact_product(a, b)
    END;
CREATE OR REPLACE TEMP MACRO rule_safe_div(a, b) AS
    CASE
        WHEN rule_certain(CAST(a AS DOUBLE) / CAST(b AS DOUBLE) * 1e6) THEN CAST(CAST(a AS DOUBLE) / CAST(b AS DOUBLE) AS DECIMAL(18, 6))
        WHEN a IS NOT NULL AND b <> 0 THEN rule_wide_div(a, b)
    END;

-- Full years; born on 29 February, one turns older on 1 March of common years.
CREATE OR REPLACE TEMP MACRO rule_full_years(a, b) AS
    CAST(year(b) - year(a) - CASE WHEN month(b) * 100 + day(b) < month(a) * 100 + day(a) THEN 1 ELSE 0 END AS DECIMAL(18, 6));
CREATE OR REPLACE TEMP MACRO rule_years_between(a, b) AS
    CASE WHEN b < a THEN -rule_full_years(b, a) ELSE rule_full_years(a, b) END;
CREATE OR REPLACE TEMP MACRO rule_age_on(birth, moment) AS
    CASE WHEN birth <= moment THEN rule_full_years(birth, moment) END;
CREATE OR REPLACE TEMP MACRO rule_full_months(a, b) AS
    CAST((year(b) - year(a)) * 12 + month(b) - month(a) - CASE WHEN day(b) < day(a) THEN 1 ELSE 0 END AS DECIMAL(18, 6));
CREATE OR REPLACE TEMP MACRO rule_months_between(a, b) AS
    CASE WHEN b < a THEN -rule_full_months(b, a) ELSE rule_full_months(a, b) END;
CREATE OR REPLACE TEMP MACRO rule_days_between(a, b) AS CAST(b - a AS DECIMAL(18, 6));

CREATE OR REPLACE TEMP MACRO rule_round(a, places) AS
    CASE places
        WHEN 0 THEN TRY_CAST(CAST(a AS DECIMAL(18, 0)) AS DECIMAL(18, 6))
        WHEN 1 THEN TRY_CAST(CAST(a AS DECIMAL(18, 1)) AS DECIMAL(18, 6))
        WHEN 2 THEN TRY_CAST(CAST(a AS DECIMAL(18, 2)) AS DECIMAL(18, 6))
        WHEN 3 THEN TRY_CAST(CAST(a AS DECIMAL(18, 3)) AS DECIMAL(18, 6))
        WHEN 4 THEN TRY_CAST(CAST(a AS DECIMAL(18, 4)) AS DECIMAL(18, 6))
        WHEN 5 THEN TRY_CAST(CAST(a AS DECIMAL(18, 5)) AS DECIMAL(18, 6))
        ELSE a
    END;
CREATE OR REPLACE TEMP MACRO rule_floor(a) AS TRY_CAST(floor(a) AS DECIMAL(18, 6));

-- A binary fraction as the number it stands for; and whether it has more than six places, `noise` being the share of it that
-- its storage may have added.
CREATE OR REPLACE TEMP MACRO rule_from_binary(a) AS TRY_CAST(a AS DECIMAL(18, 6));
CREATE OR REPLACE TEMP MACRO rule_has_more(a, noise) AS isfinite(a) AND abs(a - round(a, 6)) > noise * abs(a);
