#nullable enable
using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using System.Text.Json.Serialization;
using System.Xml.Serialization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Newtonsoft.Json;

namespace Altinn.App.Models.skjenkebevilling
{
    [XmlRoot(ElementName = "skjenkebevilling")]
    public class skjenkebevilling
    {
        [XmlElement("soeker", Order = 1)]
        [JsonProperty("soeker")]
        [JsonPropertyName("soeker")]
        public Soeker? soeker { get; set; }

        [XmlElement("lokale", Order = 2)]
        [JsonProperty("lokale")]
        [JsonPropertyName("lokale")]
        public Lokale? lokale { get; set; }

        [XmlElement("styrer", Order = 3)]
        [JsonProperty("styrer")]
        [JsonPropertyName("styrer")]
        public Styrer? styrer { get; set; }

        [XmlElement("stedfortreder", Order = 4)]
        [JsonProperty("stedfortreder")]
        [JsonPropertyName("stedfortreder")]
        public Stedfortreder? stedfortreder { get; set; }

        [XmlElement("skjenketider", Order = 5)]
        [JsonProperty("skjenketider")]
        [JsonPropertyName("skjenketider")]
        public Skjenketider? skjenketider { get; set; }

        [XmlElement("alkohol", Order = 6)]
        [JsonProperty("alkohol")]
        [JsonPropertyName("alkohol")]
        public Alkohol? alkohol { get; set; }

        [XmlElement("omsetning", Order = 7)]
        [JsonProperty("omsetning")]
        [JsonPropertyName("omsetning")]
        public Omsetning? omsetning { get; set; }

        [XmlElement("erklaering", Order = 8)]
        [JsonProperty("erklaering")]
        [JsonPropertyName("erklaering")]
        public Erklaering? erklaering { get; set; }
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
        [Required]
        public decimal? gaardsnummer { get; set; }

        [Range(1d, 99999d)]
        [XmlElement("bruksnummer", Order = 6)]
        [JsonProperty("bruksnummer")]
        [JsonPropertyName("bruksnummer")]
        [Required]
        public decimal? bruksnummer { get; set; }

        [Range(1d, 100000d)]
        [XmlElement("areal", Order = 7)]
        [JsonProperty("areal")]
        [JsonPropertyName("areal")]
        [Required]
        public decimal? areal { get; set; }

        [Range(1d, 20000d)]
        [XmlElement("antallGjester", Order = 8)]
        [JsonProperty("antallGjester")]
        [JsonPropertyName("antallGjester")]
        [Required]
        public decimal? antallGjester { get; set; }

        [XmlElement("uteservering", Order = 9)]
        [JsonProperty("uteservering")]
        [JsonPropertyName("uteservering")]
        [Required]
        public bool? uteservering { get; set; }
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
        [Required]
        public bool? kunnskapsproeveBestaatt { get; set; }

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
        [Required]
        public bool? fritakStedfortreder { get; set; }

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
        [Required]
        public bool? gruppe1 { get; set; }

        [XmlElement("gruppe2", Order = 2)]
        [JsonProperty("gruppe2")]
        [JsonPropertyName("gruppe2")]
        [Required]
        public bool? gruppe2 { get; set; }

        [XmlElement("gruppe3", Order = 3)]
        [JsonProperty("gruppe3")]
        [JsonPropertyName("gruppe3")]
        [Required]
        public bool? gruppe3 { get; set; }
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

    public class Erklaering
    {
        [XmlElement("bekreftet", Order = 1)]
        [JsonProperty("bekreftet")]
        [JsonPropertyName("bekreftet")]
        [Required]
        public bool? bekreftet { get; set; }
    }
}
