#nullable enable
using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using System.Text.Json.Serialization;
using System.Xml.Serialization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Newtonsoft.Json;

namespace Altinn.App.Models.skjenkesak
{
    [XmlRoot(ElementName = "skjenkesak")]
    public class skjenkesak
    {
        [XmlElement("sak", Order = 1)]
        [JsonProperty("sak")]
        [JsonPropertyName("sak")]
        public Sak? sak { get; set; }

        [XmlElement("soeker", Order = 2)]
        [JsonProperty("soeker")]
        [JsonPropertyName("soeker")]
        public Soeker? soeker { get; set; }

        [XmlElement("lokale", Order = 3)]
        [JsonProperty("lokale")]
        [JsonPropertyName("lokale")]
        public Lokale? lokale { get; set; }

        [XmlElement("styrer", Order = 4)]
        [JsonProperty("styrer")]
        [JsonPropertyName("styrer")]
        public Styrer? styrer { get; set; }

        [XmlElement("stedfortreder", Order = 5)]
        [JsonProperty("stedfortreder")]
        [JsonPropertyName("stedfortreder")]
        public Stedfortreder? stedfortreder { get; set; }

        [XmlElement("dagligLeder", Order = 6)]
        [JsonProperty("dagligLeder")]
        [JsonPropertyName("dagligLeder")]
        public DagligLeder? dagligLeder { get; set; }

        [XmlElement("skjenketider", Order = 7)]
        [JsonProperty("skjenketider")]
        [JsonPropertyName("skjenketider")]
        public Skjenketider? skjenketider { get; set; }

        [XmlElement("alkohol", Order = 8)]
        [JsonProperty("alkohol")]
        [JsonPropertyName("alkohol")]
        public Alkohol? alkohol { get; set; }

        [XmlElement("omsetning", Order = 9)]
        [JsonProperty("omsetning")]
        [JsonPropertyName("omsetning")]
        public Omsetning? omsetning { get; set; }

        [XmlElement("vandel", Order = 10)]
        [JsonProperty("vandel")]
        [JsonPropertyName("vandel")]
        public Vandel? vandel { get; set; }

        [XmlElement("vurdering", Order = 11)]
        [JsonProperty("vurdering")]
        [JsonPropertyName("vurdering")]
        public Vurdering? vurdering { get; set; }

        [XmlElement("vedtak", Order = 12)]
        [JsonProperty("vedtak")]
        [JsonPropertyName("vedtak")]
        public Vedtak? vedtak { get; set; }
    }

    public class Sak
    {
        [RegularExpression(@"^[a-z0-9-]+/[a-z0-9-]+$")]
        [XmlElement("kilde", Order = 1)]
        [JsonProperty("kilde")]
        [JsonPropertyName("kilde")]
        public string? kilde { get; set; }

        [MinLength(1)]
        [MaxLength(100)]
        [XmlElement("kildeInstans", Order = 2)]
        [JsonProperty("kildeInstans")]
        [JsonPropertyName("kildeInstans")]
        public string? kildeInstans { get; set; }

        [XmlElement("type", Order = 3)]
        [JsonProperty("type")]
        [JsonPropertyName("type")]
        public string? type { get; set; }

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("mottatt", Order = 4)]
        [JsonProperty("mottatt")]
        [JsonPropertyName("mottatt")]
        public string? mottatt { get; set; }
    }

    public class Soeker
    {
        [RegularExpression(@"^[0-9]{9}$")]
        [XmlElement("organisasjonsnummer", Order = 1)]
        [JsonProperty("organisasjonsnummer")]
        [JsonPropertyName("organisasjonsnummer")]
        public string? organisasjonsnummer { get; set; }

        [MinLength(1)]
        [MaxLength(175)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("kontaktperson", Order = 3)]
        [JsonProperty("kontaktperson")]
        [JsonPropertyName("kontaktperson")]
        public string? kontaktperson { get; set; }

        [MaxLength(254)]
        [XmlElement("epost", Order = 4)]
        [JsonProperty("epost")]
        [JsonPropertyName("epost")]
        public string? epost { get; set; }

        [RegularExpression(@"^[+]?[0-9 ]{8,20}$")]
        [XmlElement("telefon", Order = 5)]
        [JsonProperty("telefon")]
        [JsonPropertyName("telefon")]
        public string? telefon { get; set; }
    }

    public class Lokale
    {
        [MinLength(1)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 1)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [MinLength(1)]
        [MaxLength(200)]
        [XmlElement("gateadresse", Order = 2)]
        [JsonProperty("gateadresse")]
        [JsonPropertyName("gateadresse")]
        public string? gateadresse { get; set; }

        [RegularExpression(@"^[0-9]{4}$")]
        [XmlElement("postnummer", Order = 3)]
        [JsonProperty("postnummer")]
        [JsonPropertyName("postnummer")]
        public string? postnummer { get; set; }

        [MinLength(1)]
        [MaxLength(50)]
        [XmlElement("poststed", Order = 4)]
        [JsonProperty("poststed")]
        [JsonPropertyName("poststed")]
        public string? poststed { get; set; }

        [Range(1d, 99999d)]
        [XmlElement("gaardsnummer", Order = 5)]
        [JsonProperty("gaardsnummer")]
        [JsonPropertyName("gaardsnummer")]
        public decimal? gaardsnummer { get; set; }

        public bool ShouldSerializegaardsnummer() => gaardsnummer.HasValue;

        [Range(1d, 99999d)]
        [XmlElement("bruksnummer", Order = 6)]
        [JsonProperty("bruksnummer")]
        [JsonPropertyName("bruksnummer")]
        public decimal? bruksnummer { get; set; }

        public bool ShouldSerializebruksnummer() => bruksnummer.HasValue;

        [Range(1d, 100000d)]
        [XmlElement("areal", Order = 7)]
        [JsonProperty("areal")]
        [JsonPropertyName("areal")]
        public decimal? areal { get; set; }

        public bool ShouldSerializeareal() => areal.HasValue;

        [Range(1d, 20000d)]
        [XmlElement("antallGjester", Order = 8)]
        [JsonProperty("antallGjester")]
        [JsonPropertyName("antallGjester")]
        public decimal? antallGjester { get; set; }

        public bool ShouldSerializeantallGjester() => antallGjester.HasValue;

        [XmlElement("uteservering", Order = 9)]
        [JsonProperty("uteservering")]
        [JsonPropertyName("uteservering")]
        public bool? uteservering { get; set; }

        public bool ShouldSerializeuteservering() => uteservering.HasValue;
    }

    public class Styrer
    {
        [RegularExpression(@"^[0-9]{11}$")]
        [XmlElement("foedselsnummer", Order = 1)]
        [JsonProperty("foedselsnummer")]
        [JsonPropertyName("foedselsnummer")]
        public string? foedselsnummer { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [XmlElement("kunnskapsproeveBestaatt", Order = 3)]
        [JsonProperty("kunnskapsproeveBestaatt")]
        [JsonPropertyName("kunnskapsproeveBestaatt")]
        public bool? kunnskapsproeveBestaatt { get; set; }

        public bool ShouldSerializekunnskapsproeveBestaatt() => kunnskapsproeveBestaatt.HasValue;

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("kunnskapsproeveDato", Order = 4)]
        [JsonProperty("kunnskapsproeveDato")]
        [JsonPropertyName("kunnskapsproeveDato")]
        public string? kunnskapsproeveDato { get; set; }
    }

    public class Stedfortreder
    {
        [XmlElement("fritakStedfortreder", Order = 1)]
        [JsonProperty("fritakStedfortreder")]
        [JsonPropertyName("fritakStedfortreder")]
        public bool? fritakStedfortreder { get; set; }

        public bool ShouldSerializefritakStedfortreder() => fritakStedfortreder.HasValue;

        [RegularExpression(@"^[0-9]{11}$")]
        [XmlElement("foedselsnummer", Order = 2)]
        [JsonProperty("foedselsnummer")]
        [JsonPropertyName("foedselsnummer")]
        public string? foedselsnummer { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 3)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [XmlElement("kunnskapsproeveBestaatt", Order = 4)]
        [JsonProperty("kunnskapsproeveBestaatt")]
        [JsonPropertyName("kunnskapsproeveBestaatt")]
        public bool? kunnskapsproeveBestaatt { get; set; }

        public bool ShouldSerializekunnskapsproeveBestaatt() => kunnskapsproeveBestaatt.HasValue;

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("kunnskapsproeveDato", Order = 5)]
        [JsonProperty("kunnskapsproeveDato")]
        [JsonPropertyName("kunnskapsproeveDato")]
        public string? kunnskapsproeveDato { get; set; }
    }

    public class DagligLeder
    {
        [RegularExpression(@"^[0-9]{11}$")]
        [XmlElement("foedselsnummer", Order = 1)]
        [JsonProperty("foedselsnummer")]
        [JsonPropertyName("foedselsnummer")]
        public string? foedselsnummer { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [XmlElement("etablererproeveBestaatt", Order = 3)]
        [JsonProperty("etablererproeveBestaatt")]
        [JsonPropertyName("etablererproeveBestaatt")]
        public bool? etablererproeveBestaatt { get; set; }

        public bool ShouldSerializeetablererproeveBestaatt() => etablererproeveBestaatt.HasValue;

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("etablererproeveDato", Order = 4)]
        [JsonProperty("etablererproeveDato")]
        [JsonPropertyName("etablererproeveDato")]
        public string? etablererproeveDato { get; set; }
    }

    public class Skjenketider
    {
        [RegularExpression(@"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
        [XmlElement("fra", Order = 1)]
        [JsonProperty("fra")]
        [JsonPropertyName("fra")]
        public string? fra { get; set; }

        [RegularExpression(@"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
        [XmlElement("til", Order = 2)]
        [JsonProperty("til")]
        [JsonPropertyName("til")]
        public string? til { get; set; }

        [RegularExpression(@"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
        [XmlElement("uteTil", Order = 3)]
        [JsonProperty("uteTil")]
        [JsonPropertyName("uteTil")]
        public string? uteTil { get; set; }
    }

    public class Alkohol
    {
        [XmlElement("gruppe1", Order = 1)]
        [JsonProperty("gruppe1")]
        [JsonPropertyName("gruppe1")]
        public bool? gruppe1 { get; set; }

        public bool ShouldSerializegruppe1() => gruppe1.HasValue;

        [XmlElement("gruppe2", Order = 2)]
        [JsonProperty("gruppe2")]
        [JsonPropertyName("gruppe2")]
        public bool? gruppe2 { get; set; }

        public bool ShouldSerializegruppe2() => gruppe2.HasValue;

        [XmlElement("gruppe3", Order = 3)]
        [JsonProperty("gruppe3")]
        [JsonPropertyName("gruppe3")]
        public bool? gruppe3 { get; set; }

        public bool ShouldSerializegruppe3() => gruppe3.HasValue;
    }

    public class Omsetning
    {
        [Range(0d, 1000000d)]
        [XmlElement("gruppe1Liter", Order = 1)]
        [JsonProperty("gruppe1Liter")]
        [JsonPropertyName("gruppe1Liter")]
        public decimal? gruppe1Liter { get; set; }

        public bool ShouldSerializegruppe1Liter() => gruppe1Liter.HasValue;

        [Range(0d, 1000000d)]
        [XmlElement("gruppe2Liter", Order = 2)]
        [JsonProperty("gruppe2Liter")]
        [JsonPropertyName("gruppe2Liter")]
        public decimal? gruppe2Liter { get; set; }

        public bool ShouldSerializegruppe2Liter() => gruppe2Liter.HasValue;

        [Range(0d, 1000000d)]
        [XmlElement("gruppe3Liter", Order = 3)]
        [JsonProperty("gruppe3Liter")]
        [JsonPropertyName("gruppe3Liter")]
        public decimal? gruppe3Liter { get; set; }

        public bool ShouldSerializegruppe3Liter() => gruppe3Liter.HasValue;
    }

    public class Vandel
    {
        [XmlElement("konklusjon", Order = 1)]
        [JsonProperty("konklusjon")]
        [JsonPropertyName("konklusjon")]
        public string? konklusjon { get; set; }

        [MaxLength(2000)]
        [XmlElement("merknad", Order = 2)]
        [JsonProperty("merknad")]
        [JsonPropertyName("merknad")]
        public string? merknad { get; set; }

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("dato", Order = 3)]
        [JsonProperty("dato")]
        [JsonPropertyName("dato")]
        public string? dato { get; set; }
    }

    public class Vurdering
    {
        [MinLength(1)]
        [MaxLength(4000)]
        [XmlElement("sted", Order = 1)]
        [JsonProperty("sted")]
        [JsonPropertyName("sted")]
        public string? sted { get; set; }

        [MaxLength(4000)]
        [XmlElement("sosialtjenesten", Order = 2)]
        [JsonProperty("sosialtjenesten")]
        [JsonPropertyName("sosialtjenesten")]
        public string? sosialtjenesten { get; set; }

        [MinLength(1)]
        [MaxLength(4000)]
        [XmlElement("samlet", Order = 3)]
        [JsonProperty("samlet")]
        [JsonPropertyName("samlet")]
        public string? samlet { get; set; }
    }

    public class Vedtak
    {
        [XmlElement("resultat", Order = 1)]
        [JsonProperty("resultat")]
        [JsonPropertyName("resultat")]
        public string? resultat { get; set; }

        [MinLength(1)]
        [MaxLength(1000)]
        [XmlElement("begrunnelse", Order = 2)]
        [JsonProperty("begrunnelse")]
        [JsonPropertyName("begrunnelse")]
        public string? begrunnelse { get; set; }

        [Range(0d, 10000000d)]
        [XmlElement("gebyr", Order = 3)]
        [JsonProperty("gebyr")]
        [JsonPropertyName("gebyr")]
        public decimal? gebyr { get; set; }

        public bool ShouldSerializegebyr() => gebyr.HasValue;

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("gyldigTil", Order = 4)]
        [JsonProperty("gyldigTil")]
        [JsonPropertyName("gyldigTil")]
        public string? gyldigTil { get; set; }
    }
}
